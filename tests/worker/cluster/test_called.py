from pathlib import Path

from activities.kube.objects.admission import Called
from worker.cluster.called import called_by
from worker.settings.settings import Settings


def test_every_address_of_the_settings_is_known_by_the_name_of_its_setting(tmp_path: Path) -> None:
    slack = tmp_path / "slack"
    slack.write_text("https://chat.dev-x.svc/hooks/SECRET\n")
    settings = Settings(
        state_dir=tmp_path,
        prometheus_url="http://prometheus.dev-x:9090",
        opencost_url="http://opencost.dev-x:9003",
        webhook_url="http://receiver.dev-x.svc/in",
        otlp_endpoint="http://collector.dev-x:4318",
        slack_webhook_file=slack,
        teams_webhook_file=tmp_path / "not there",
    )
    environment = {"HOME": str(tmp_path), "TEMPORAL_ADDRESS": "temporal-frontend.dev-x:7233"}
    assert called_by(settings, environment) == (
        Called("temporal-frontend.dev-x", "TEMPORAL_ADDRESS", whole_namespace=True),
        Called("opencost.dev-x", "FINOPS_OPENCOST_URL"),
        Called("prometheus.dev-x", "FINOPS_PROMETHEUS_URL"),
        Called("receiver.dev-x.svc", "FINOPS_WEBHOOK_URL"),
        Called("collector.dev-x", "FINOPS_OTLP_ENDPOINT"),
        Called("chat.dev-x.svc", "FINOPS_SLACK_WEBHOOK_FILE"),
    )


def test_every_setting_that_is_an_address_is_among_them(tmp_path: Path) -> None:
    file, url = tmp_path / "address", "http://called.dev-x.svc:80"
    file.write_text(url)
    values: dict[str, str | Path] = {name: file for name in Settings.model_fields if name.endswith("_webhook_file")}
    values |= {name: url for name in Settings.model_fields if name.endswith(("_url", "_endpoint"))}
    called = called_by(Settings.model_validate({"state_dir": tmp_path, **values}), {"HOME": str(tmp_path)})
    assert {each.caller for each in called} == {f"FINOPS_{name.upper()}" for name in values}


def test_without_any_nobody_is_called(tmp_path: Path) -> None:
    assert called_by(Settings(state_dir=tmp_path), {"HOME": str(tmp_path)}) == ()


def test_temporal_is_known_while_its_certificate_is_replaced(tmp_path: Path) -> None:
    environment = {
        "HOME": str(tmp_path),
        "TEMPORAL_ADDRESS": "temporal.dev:7233",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(tmp_path / "missing.crt"),
    }
    (called,) = called_by(Settings(state_dir=tmp_path), environment)
    assert called.host == "temporal.dev"
