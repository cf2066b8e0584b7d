"""The alert rules, by Prometheus' own tool."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prometheus_client import generate_latest
from prometheusserver import find_prometheus

import activities.alerts.raised
import activities.metrics

TOP = Path(__file__).parents[2]
RULES = TOP / "deploy" / "chart" / "files" / "rules.yaml"


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def test_the_rules_alert_when_they_should_and_not_else(tmp_path: Path) -> None:
    for file in (RULES, Path(__file__).with_name("rules_test.yaml")):
        shutil.copy(file, tmp_path)
    promtool = find_prometheus().parent / "promtool"
    for command in (["check", "rules", "rules.yaml"], ["test", "rules", "rules_test.yaml"]):
        done = subprocess.run([promtool, *command], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_leads_to_a_section_of_the_runbook(rule: dict[str, Any]) -> None:
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (TOP / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


OURS = [rule for rule in rules() if "finops_" in rule["expr"]]
"""The others ask for metrics of Temporal's SDK: tests/worker/service/test_metrics.py."""


def kinds_of(rule: dict[str, Any]) -> set[str]:
    """The kinds of the worker's alerts that a rule asks for."""
    return {kind for kinds in re.findall(r'kind=~?"([^"]*)"', rule["expr"]) for kind in kinds.split("|")}


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: str(rule["alert"]))
def test_every_alert_asks_for_what_a_worker_tells(rule: dict[str, Any]) -> None:
    told = set(re.findall(r"^# HELP (\S+)", generate_latest().decode(), flags=re.MULTILINE))
    asked = set(re.findall(r"finops_\w+", rule["expr"]))
    assert asked
    assert asked <= told


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: str(rule["alert"]))
def test_every_kind_that_is_asked_for_is_one_that_is_raised(rule: dict[str, Any]) -> None:
    assert kinds_of(rule) <= set(get_args(activities.alerts.raised.AlertKind))


def test_every_kind_has_a_rule_or_is_named_as_one_that_says_itself_what_to_do() -> None:
    ruled = {kind for rule in OURS for kind in kinds_of(rule)}
    text = " ".join((TOP / "docs" / "operations.md").read_text(encoding="utf-8").split())
    (named,) = re.findall(r"the others \(([^)]*)\) say in their own sentence", text)
    assert set(get_args(activities.alerts.raised.AlertKind)) - ruled == set(re.findall(r"`([-a-z]+)`", named))


def test_the_documented_join_leaves_out_budgets_of_namespaces_in_which_something_sleeps(tmp_path: Path) -> None:
    text = (TOP / "docs" / "coexistence.md").read_text(encoding="utf-8")
    join = text.split("<!-- budgets -->")[1].split("```promql")[1].split("```")[0]
    rule = {"record": "unmet", "expr": " ".join(join.split())}
    series = {"finops_paused_workloads{namespace='asleep', cluster='dev'}": "1x5"}
    for namespace in ("asleep", "broken"):
        budget = f"{{namespace='{namespace}', poddisruptionbudget='web'}}"
        series[f"kube_poddisruptionbudget_status_current_healthy{budget}"] = "0x5"
        series[f"kube_poddisruptionbudget_status_desired_healthy{budget}"] = "1x5"
    left = {"labels": "unmet{namespace='broken', poddisruptionbudget='web'}", "value": 0}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": "unmet", "eval_time": "3m", "exp_samples": [left]}],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "docs", "rules": [rule]}]}))
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]}))
    command: list[str | Path] = [find_prometheus().parent / "promtool", "test", "rules", tmp_path / "test.yaml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
