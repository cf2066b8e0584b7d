"""What is said of sleepers that nobody will wake."""

from datetime import timedelta

import pytest
from cases import NOW, policy

from operations.standing.standing import WorkloadStanding
from operations.standing.unwatched import count_unwatched
from operations.times import show_time
from operations.zones import Zones
from policies.sleep.messages import Phase

HOUR = timedelta(hours=1)


def one(phase: Phase = Phase.ASLEEP, hours: int | None = 1) -> WorkloadStanding:
    return WorkloadStanding(
        namespace="dev", name="web", phase=phase, resume_at=None if hours is None else NOW + hours * HOUR
    )


@pytest.mark.parametrize(
    ("said", "sleepers"),
    [
        ("", []),
        ("", [one(Phase.AWAKE), one(Phase.COOLING), one(Phase.PAUSING)]),
        ("1 sleeper that nobody will wake: it is due {1}", [one(), one(Phase.AWAKE)]),
        ("2 sleepers that nobody will wake: the first is due {1}", [one(hours=3), one()]),
        ("2 sleepers that nobody will wake: the first is due {2}", [one(hours=None), one(hours=2)]),
        ("1 sleeper that nobody will wake", [one(hours=None)]),
        ("1 sleeper that nobody will wake: it is overdue since {-2}", [one(hours=-2)]),
        ("3 sleepers that nobody will wake: 2 overdue, the first since {-2}", [one(hours=-2), one(hours=-1), one()]),
        ("1 sleeper that nobody will wake: it is due {1}", [one(Phase.RESUME_FAILING)]),
    ],
)
def test_they_are_counted_with_the_first_due_time(said: str, sleepers: list[WorkloadStanding]) -> None:
    for hours in (-2, 1, 2):
        said = said.replace(f"{{{hours}}}", show_time(NOW + hours * HOUR))
    assert count_unwatched(sleepers, NOW).outcome == said


def test_the_first_is_told_on_the_clocks_of_its_policy() -> None:
    asleep = [{"from": "Mon 20:00", "to": "22:00"}]
    delhi = policy("delhi", schedule={"timeZone": "Asia/Kolkata", "asleep": asleep})
    found = count_unwatched([one(hours=2), one().replace(policy="delhi")], NOW, zones=Zones(policies=(delhi,)))
    assert (found.zone, found.outcome[-3:]) == ("Asia/Kolkata", "IST")


def test_the_remedy_names_the_command_that_wakes_them_now() -> None:
    mine, unknown = count_unwatched([one()], NOW, "me"), count_unwatched([one()], NOW)
    assert mine.remedy == "start the worker, or wake them now with `finops resume --all --direct`"
    assert unknown.remedy.endswith("`finops resume --all --direct --instance NAME`")
    assert mine.sentence == f"{mine.outcome}; {mine.remedy}"
    assert count_unwatched([], NOW).sentence == ""
