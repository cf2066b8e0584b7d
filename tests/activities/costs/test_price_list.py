from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ids import key_of

from activities.costs.price_list import PriceListSource, read_prices
from activities.errors import Call, Denied, PriceFileError, Unreachable
from activities.kube.objects.placements import Placements
from policies.costs.cost import Requests
from policies.costs.prices import NodePrice, PriceList, Rates
from policies.workload import Workload, WorkloadRef

NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
GIB = 1024.0**3
PODS = Call("list", "pods", server="https://x")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of prices."""

    def make(text: str) -> Path:
        path = tmp_path / "prices.yaml"
        path.write_text(text)
        return path

    return make


def web(replicas: int = 2) -> Workload:
    return Workload(
        ref=WorkloadRef(namespace="shop", name="web"),
        resource_version="1",
        replicas=replicas,
        created_at=NOW,
        requests=Requests(cpu_cores=1, memory_bytes=2 * GIB),
    )


def test_a_file_of_prices_is_read_whole(write: Callable[[str], Path]) -> None:
    prices = read_prices(
        write(
            """
            currency: EUR
            rates: {cpuCore: 0.03, memoryGib: 0.004, gpu: 1}
            nodes:
              - labels: {lifecycle: spot}
                factor: 0.3
              - labels: {pool: big}
                rates: {cpuCore: 0.06}
            """
        )
    )
    assert prices == PriceList(
        currency="EUR",
        rates=Rates(cpu_core=0.03, memory_gib=0.004, gpu=1),
        nodes=(
            NodePrice(labels={"lifecycle": "spot"}, rates=Rates(cpu_core=0.03, memory_gib=0.004, gpu=1), factor=0.3),
            NodePrice(labels={"pool": "big"}, rates=Rates(cpu_core=0.06, memory_gib=0.004, gpu=1)),
        ),
    )


def test_what_a_list_in_dollars_leaves_out_is_built_in(write: Callable[[str], Path]) -> None:
    assert read_prices(write("rates: {gpu: 2.5}")).rates == Rates(gpu=2.5)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "rates: {cpuCores: 1}", ['prices.yaml:1: rates.cpuCores: unknown field; did you mean "cpuCore"?'], id="name"
        ),
        pytest.param("rates:\n  gpu: -1", ["prices.yaml:2: rates.gpu: must be at least 0, not -1"], id="negative"),
        pytest.param("rates: {gpu: 5000}", ["prices.yaml:1: rates.gpu: must be at most 1000, not 5000"], id="dear"),
        pytest.param('rates: {gpu: "1"}', ['prices.yaml:1: rates.gpu: must be a number, not "1"'], id="text"),
        pytest.param("rates: {gpu: .nan}", ["rates.gpu: "], id="not a number"),
        pytest.param("currency: euro", ["prices.yaml:1: currency: ", "such as EUR"], id="currency"),
        pytest.param(
            "currency: EUR\nrates: {cpuCore: 1}",
            ["prices.yaml:2: rates.memoryGib: is required, because the built-in price is in USD", "rates.gpu"],
            id="two currencies",
        ),
        pytest.param("nodes: [{factor: 2}]", ["nodes[0].labels: is required"], id="no labels"),
        pytest.param("nodes:\n- labels: {}", ["prices.yaml:2: nodes[0].labels: "], id="empty labels"),
        pytest.param("nodes: [{labels: {a: b}, factor: 0}]", ["nodes[0].factor: "], id="free"),
        pytest.param("- 1", ["must be a mapping with currency, rates and nodes"], id="a list"),
        pytest.param("", ["must hold one list of prices, not 0"], id="empty"),
        pytest.param("a: [", ["prices.yaml:1: is not valid YAML"], id="no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(write: Callable[[str], Path], text: str, sentences: list[str]) -> None:
    with pytest.raises(PriceFileError) as caught:
        read_prices(write(text))
    for sentence in sentences:
        assert sentence in str(caught.value)


def test_a_missing_file_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match=r"nope\.yaml: cannot be read: No such file"):
        read_prices(tmp_path / "nope.yaml")


def test_requests_are_priced_for_all_replicas() -> None:
    answer = PriceListSource(PriceList()).fetch(NOW).quote(web(replicas=3))
    assert answer.cost is not None
    assert answer.cost.amount == pytest.approx(3 * (0.031611 + 2 * 0.004237))
    assert (answer.cost.currency, answer.cost.source) == ("USD", "price list")


def test_a_pod_costs_what_its_node_costs() -> None:
    prices = PriceList(nodes=(NodePrice(labels={"lifecycle": "spot"}, factor=0.5),))
    source = PriceListSource(prices, lambda: Placements({key_of("shop/web"): ({"lifecycle": "spot"},)}))
    answer = source.fetch(NOW).quote(web(replicas=2))
    assert answer.cost is not None
    assert answer.cost.amount == pytest.approx(1.5 * (0.031611 + 2 * 0.004237))


def test_without_the_right_to_see_nodes_every_cost_is_unknown() -> None:
    def refuse() -> Placements:
        raise Denied(PODS, status=403)

    costs = PriceListSource(PriceList(), refuse).fetch(NOW)
    assert "the right to list pods is missing" in costs.problem
    assert costs.quote(web()).cost is None


def test_an_unreachable_cluster_is_no_price() -> None:
    def fail() -> Placements:
        raise Unreachable(PODS, "refused")

    with pytest.raises(Unreachable):
        PriceListSource(PriceList(), fail).fetch(NOW)
