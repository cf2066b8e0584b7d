from typing import Any

import pytest

from policies.policy.parsing import parse_policy
from policies.resource.notices import notices


def notices_on(*windows: tuple[str, str], **spec: Any) -> tuple[str, ...]:
    asleep = [{"from": start, "to": end} for start, end in windows]
    schedule = {"schedule": {"timeZone": "Europe/Berlin", "asleep": asleep}} if asleep else {}
    data = {
        "apiVersion": "finops.io/v1alpha1",
        "kind": "EnforcementPolicy",
        "metadata": {"name": "p"},
        "spec": {"scope": {"namespaces": {"include": ["dev-*"]}}, **schedule, **spec},
    }
    return notices(parse_policy(data, file="p.yaml"))


def test_nights_and_weekends_are_fine() -> None:
    assert notices_on(("Fri 20:00", "Mon 07:00"), ("Mon-Thu 20:00", "07:00"), idleWindow="13h") == ()


def test_without_a_schedule_there_is_nothing_to_say() -> None:
    assert notices_on(idleWindow="1000h") == ()


@pytest.mark.parametrize(
    ("windows", "spec", "says"),
    [
        pytest.param(
            [("Fri 20:00", "Mon 07:00"), ("20:00", "07:00")],
            {},
            "the windows Fri 20:00 to Mon 07:00 and 20:00 to 07:00 overlap; together they are one sleep",
            id="overlap",
        ),
        pytest.param(
            [("Mon-Thu 20:00", "Fri 07:00")],
            {},
            "the window Mon-Thu 20:00 to Fri 07:00 overlaps itself; that counts as one sleep",
            id="overlap with itself",
        ),
        pytest.param(
            [("20:00", "07:00")],
            {"idleWindow": "48h"},
            "idleWindow 48h is longer than the shortest awake stretch of the schedule, 13h: after that stretch it can "
            "never hold",
            id="idle window too long",
        ),
        pytest.param(
            [("00:00", "24:00")],
            {"idleWindow": "48h"},
            "the windows leave no time awake: the schedule never wakes anything",
            id="always asleep",
        ),
    ],
)
def test_what_an_author_may_not_have_meant_is_said(
    windows: list[tuple[str, str]], spec: dict[str, Any], says: str
) -> None:
    assert notices_on(*windows, **spec) == (says,)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"idleWindow": "48h", "seasonGate": "Off"}, True),
        ({"idleWindow": "168h", "seasonGate": "Off"}, False),
        ({"idleWindow": "48h"}, False),
        ({"seasonGate": "Off"}, False),
    ],
    ids=["two days", "a week", "with the gate", "no idleness"],
)
def test_a_short_idle_window_without_the_season_gate_is_pointed_out(spec: dict[str, Any], told: bool) -> None:
    assert any("seasonGate: Off does not span a weekend" in sentence for sentence in notices_on(**spec)) is told
