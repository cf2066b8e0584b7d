"""Policies that were drafted from what another tool was told, as they are printed."""

import pytest
import yaml

from cli.console import Terminal
from cli.views.imported import show_imported
from operations.plans.draft_policies import Tool
from policies.importing.drafts import Imported, draft

NIGHTS = {"timeZone": "UTC", "asleep": [{"from": "Mon 20:00", "to": "22:00"}]}


def test_what_somebody_wrote_where_a_policy_comes_from_stays_in_its_comment(capsys: pytest.CaptureFixture[str]) -> None:
    made = draft("nights", {"namespaces": {"include": ["dev"]}}, NIGHTS, "a note\nspec: {mode: Enforce}\x1b[2J")
    imported = Imported(drafts=(made,))
    show_imported(Terminal(), Tool.DOWNSCALER, imported)
    comment, *lines = capsys.readouterr().out.splitlines()
    assert comment == "# From a note spec: {mode: Enforce} [2J"
    assert yaml.safe_load("\n".join(lines))["metadata"]["name"] == "nights"
