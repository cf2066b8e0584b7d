"""What `finops calendar` lists."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cases import policy
from services import Service

from cli.commands.ask.calendar import list_sleeps

BEGIN = datetime(2026, 3, 27, tzinfo=UTC)
WEEKEND = {"from": "Fri 20:00", "to": "Mon 07:00"}


def listed(days: int = 3, **spec: Any) -> list[tuple[str, str]]:
    under = policy(schedule={"timeZone": "Europe/Berlin", "asleep": [WEEKEND]}, **spec)
    return [(str(each.sleep), str(each.wake)) for each in list_sleeps(under, BEGIN, BEGIN + timedelta(days=days))]


def test_sleeps_are_told_with_the_offset_that_clocks_have_then() -> None:
    assert listed() == [("2026-03-27 20:00:00+01:00", "2026-03-30 07:00:00+02:00")]


def test_what_begins_later_is_left_out() -> None:
    assert len(listed(days=7)) == 1
    assert len(listed(days=8)) == 2


def test_resume_after_may_wake_before_the_window_ends() -> None:
    assert listed(resumeAfter="10h") == [("2026-03-27 20:00:00+01:00", "2026-03-28 06:00:00+01:00")]


def test_programs_get_instants_with_their_offset(tmp_path: Path) -> None:
    file = tmp_path / "weekend.yaml"
    file.write_text(
        "apiVersion: finops.io/v1alpha1\nkind: EnforcementPolicy\nmetadata: {name: weekend}\nspec:\n"
        '  scope: {namespaces: {include: ["dev-*"]}}\n'
        "  schedule: {timeZone: Europe/Berlin, asleep: [{from: Fri 20:00, to: Mon 07:00}]}\n"
    )
    finops = Service(tmp_path / "no-kubeconfig", tmp_path, cluster="calendar")
    assert finops.ask("calendar", str(file), "--from", "2026-03-27T00:00:00Z", "--days", "3") == [
        {
            "sleep": "2026-03-27T20:00:00+01:00",
            "wake": "2026-03-30T07:00:00+02:00",
            "reason": "Fri 20:00 to Mon 07:00",
        }
    ]
