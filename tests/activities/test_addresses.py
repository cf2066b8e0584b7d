import pytest

from activities.addresses import host_of, service_of


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("temporal-frontend.dev-x", ("dev-x", "temporal-frontend")),
        ("temporal-frontend.dev-x.svc", ("dev-x", "temporal-frontend")),
        ("Temporal-Frontend.dev-x.svc.cluster.local.", ("dev-x", "temporal-frontend")),
        ("opencost.costs.svc.k8s.example.com", ("costs", "opencost")),
        ("prometheus-0.prometheus.dev-x.svc.cluster.local", ("dev-x", "prometheus")),
        ("foo.svc", ("svc", "foo")),
        ("example.com", ("com", "example")),
        ("temporal.example.com", None),
        ("temporal-frontend", None),
        ("localhost", None),
        ("10.0.0.7", None),
        ("::1", None),
        ("kubernetes.default.svc", None),
        ("a_b.dev-x", None),
        ("", None),
    ],
)
def test_a_host_leads_to_a_service_by_its_name(host: str, service: tuple[str, str] | None) -> None:
    assert service_of(host) == service


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("temporal-frontend.dev-x:7233", "temporal-frontend.dev-x"),
        ("https://user:word@prometheus.dev-x:9090/api", "prometheus.dev-x"),
        ("[::1]:7233", "::1"),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host
