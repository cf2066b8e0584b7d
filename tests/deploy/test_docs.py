"""The documentation: a site whose links lead somewhere, and every setting in it."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from manifests import installed
from prometheus_client import generate_latest

from activities.alerts.raised import AlertKind
from cli.grammar.catalog import COMMANDS
from policies.annotations import ASLEEP_KEYS, AWAKE_UNTIL, EXCLUDE, EXCLUDE_UNTIL, WAKE_AFTER
from policies.checks.reasons import Reason
from policies.rights.blindness import Blindness
from policies.rights.rights import RIGHTS
from worker.settings.settings import Settings

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    """A page of docs/."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def test_the_site_is_built_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "site").glob("*.html")}
    assert {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")} | {"index.html", "deploying.html"} <= written


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`FINOPS_{name.upper()}`" in page("settings")


def test_every_metric_is_documented_and_no_other() -> None:
    import_every_metric()
    served = set(re.findall(r"^# TYPE (finops_\w+)", generate_latest().decode(), re.MULTILINE))
    text = page("operations")
    assert set(re.findall(r"^\| `(finops_\w+)` \|", text, re.MULTILINE)) == {
        name for name in served if not name.endswith("_created")
    }


def import_every_metric() -> None:
    """Metrics register themselves when the module that counts is imported."""
    for path in (ROOT / "activities").rglob("*.py"):
        if "prometheus_client" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_what_is_generated_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_each_right_is_for_is_documented_as_the_code_has_it() -> None:
    text = page("security")
    rows = text.split("<!-- rights -->")[1].split("<!-- /rights -->")[0].strip().splitlines()[2:]
    told = {tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows}
    grants: dict[Blindness, list[str]] = {}
    for right in RIGHTS:
        if right.without is not None:
            grants.setdefault(right.without, []).append(f"`{right}`")
    assert told == {
        (", ".join(names), without.what, without.means, "yes" if without.by_default else "no")
        for without, names in grants.items()
    }


def test_every_mark_that_the_documents_tell_people_to_set_is_on_an_object_that_the_default_role_may_read() -> None:
    """Each annotation beside `kubectl annotate`, and those on a Namespace."""
    text = page("using")
    kinds = {match[1] for match in re.finditer(r"kubectl[^`|]* annotate (\w+) [^`|]*finops\.io/", text)}
    kinds |= {"namespaces" for _ in re.finditer(r"annotations on a Namespace", text)}
    readable = {
        resource for role in installed("ClusterRole") for rule in role["rules"] for resource in rule["resources"]
    }
    plural = {"deploy": "deployments", "deployment": "deployments"}
    assert kinds >= {"deploy", "namespaces"}
    assert {plural.get(kind, kind) for kind in kinds} <= readable


def section(name: str, heading: str) -> str:
    """A section of a page, up to the next heading."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", page(name), re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def test_every_reason_stands_in_the_table_of_what_to_do_and_no_other() -> None:
    table = page("troubleshooting").split("<!-- reasons -->")[1].split("<!-- /reasons -->")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [str(reason) for reason in Reason]


def test_every_kind_of_alert_stands_once_in_the_table_of_the_runbook() -> None:
    rows = re.findall(r"^\| (?:`\w+`|none) \| ([^|]*) \|", page("runbook"), re.MULTILINE)
    assert sorted(kind for row in rows for kind in re.findall(r"`([-a-z]+)`", row)) == sorted(get_args(AlertKind))


def test_every_command_stands_in_the_table_of_what_to_type() -> None:
    told = re.findall(r"`finops ([-a-z]+)", section("using", "What to type when"))
    assert set(told) == set(COMMANDS)


def test_the_marks_that_people_may_set_are_those_that_are_read_and_are_no_record() -> None:
    told = re.findall(r"^\| `(finops\.io/[-a-z]+)` \|", section("using", "Annotations that you may set"), re.MULTILINE)
    assert told == [EXCLUDE, EXCLUDE_UNTIL, AWAKE_UNTIL, WAKE_AFTER]
    assert not set(told) & set(ASLEEP_KEYS)
