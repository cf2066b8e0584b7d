import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheusserver import find_prometheus

from policies.keys import is_dns_label
from worker.processes import find_program
from worker.settings.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


class _Overriding(yaml.SafeLoader):
    """Knows the tags of compose files."""


def _read_list(loader: yaml.SafeLoader, node: yaml.Node) -> list[Any]:
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)


_Overriding.add_constructor("!override", _read_list)
WITH_POSTGRESQL: dict[str, Any] = yaml.load(
    (ROOT / "deploy" / "compose" / "postgres.yaml").read_text(encoding="utf-8"), Loader=_Overriding
)


def test_with_postgresql_every_port_is_on_this_machine_only_and_no_password_is_written_down() -> None:
    services = WITH_POSTGRESQL["services"]
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)
    passwords = [
        value
        for service in services.values()
        for name, value in service["environment"].items()
        if "PASSWORD" in name or "PWD" in name
    ]
    assert len(passwords) == 2
    assert all(value.startswith("${FINOPS_POSTGRES_PASSWORD:?") for value in passwords)


@each_service
def test_every_published_port_is_on_this_machine_only(service: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in service.get("ports", ()))


def test_temporal_and_its_ui_are_published() -> None:
    assert SERVICES["temporal"]["ports"] == ["127.0.0.1:7233:7233", "127.0.0.1:8233:8233"]


@each_service
def test_every_container_is_shut_in(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_the_one_that_hands_over_the_volume_is_root_and_it_ends() -> None:
    roots = [name for name, service in SERVICES.items() if service["user"].startswith("0:")]
    assert roots == ["volume"]
    assert (SERVICES["volume"]["cap_add"], SERVICES["volume"]["restart"]) == (["CHOWN"], "no")


def test_what_serves_is_restarted() -> None:
    assert {SERVICES[name]["restart"] for name in ("temporal", "worker")} == {"unless-stopped"}


def test_the_database_outlives_the_container() -> None:
    assert SERVICES["temporal"]["volumes"] == ["temporal:/data"]
    assert "temporal" in COMPOSE["volumes"]
    assert "--db-filename=/data/temporal.db" in SERVICES["temporal"]["command"]


def test_the_temporal_program_takes_these_options() -> None:
    program = find_program("temporal")
    assert program is not None
    known = subprocess.run(
        [program, *SERVICES["temporal"]["command"], "--help"], capture_output=True, text=True, check=False
    )
    assert (known.returncode, known.stderr) == (0, "")


def test_the_workers_settings_are_valid() -> None:
    given = {name: value for name, value in SERVICES["worker"]["environment"].items() if name.startswith("FINOPS_")}
    settings = Settings.load(environment={"HOME": "/", **given, "FINOPS_CLUSTER": "dev"})
    assert settings.instance is not None
    assert is_dns_label(settings.instance)


def test_the_worker_finds_what_is_mounted() -> None:
    worker = SERVICES["worker"]
    mounted = {volume["target"] for volume in worker["volumes"] if volume["read_only"]}
    assert mounted == {worker["environment"]["FINOPS_KUBECONFIG"], worker["environment"]["FINOPS_POLICIES"]}


@each_service
def test_what_is_mounted_from_the_checkout_is_there(service: dict[str, Any]) -> None:
    mounts = [volume for volume in service.get("volumes", ()) if isinstance(volume, dict)]
    files = [ROOT / volume["source"] for volume in mounts if volume["source"].startswith("./")]
    assert all(file.exists() for file in files)


def test_prometheus_scrapes_the_port_that_the_worker_serves() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "compose" / "prometheus.yaml").read_text(encoding="utf-8"))
    (target,) = config["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == f"worker:{SERVICES['worker']['environment']['FINOPS_METRICS_PORT']}"


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    config = (ROOT / "deploy" / "compose" / "prometheus.yaml").read_text(encoding="utf-8")
    rules = ROOT / "deploy" / "chart" / "files" / "rules.yaml"
    (tmp_path / "prometheus.yaml").write_text(config.replace("/etc/prometheus/rules.yaml", str(rules)))
    tool = find_prometheus().parent / "promtool"
    done = subprocess.run(
        [tool, "check", "config", tmp_path / "prometheus.yaml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
