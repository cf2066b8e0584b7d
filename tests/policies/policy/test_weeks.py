from datetime import timedelta

import pytest

from policies.policy.weeks import overlapping, shortest_awake_stretch
from policies.policy.windows import SleepWindow


def window(start: str, end: str) -> SleepWindow:
    return SleepWindow.model_validate({"from": start, "to": end})


@pytest.mark.parametrize(
    ("windows", "pairs"),
    [
        pytest.param([("Fri 20:00", "Mon 07:00"), ("Mon-Thu 20:00", "07:00")], [], id="nights and a weekend"),
        pytest.param([("Mon 20:00", "24:00"), ("Tue 00:00", "07:00")], [], id="touching"),
        pytest.param([("Mon 20:00", "Tue 07:00"), ("Tue 06:59", "08:00")], [(0, 1)], id="one minute"),
        pytest.param([("Sun 20:00", "Mon 07:00"), ("Mon 06:00", "08:00")], [(0, 1)], id="over the week's end"),
        pytest.param([("Mon-Thu 20:00", "Fri 07:00")], [(0, 0)], id="with itself"),
        pytest.param(
            [("Mon 00:00", "Wed 00:00"), ("Mon 01:00", "02:00"), ("Tue 03:00", "04:00")], [(0, 1), (0, 2)], id="inside"
        ),
    ],
)
def test_overlaps_are_found_and_touching_windows_are_not(
    windows: list[tuple[str, str]],
    pairs: list[tuple[int, int]],
) -> None:
    written = [window(*texts) for texts in windows]
    assert overlapping(written) == tuple((written[a], written[b]) for a, b in pairs)


@pytest.mark.parametrize(
    ("windows", "stretch"),
    [
        pytest.param([("20:00", "07:00")], timedelta(hours=13), id="nights"),
        pytest.param([("Fri 20:00", "Mon 07:00")], timedelta(days=4, hours=13), id="weekends"),
        pytest.param([("Fri 20:00", "Mon 07:00"), ("Mon-Thu 22:00", "07:00")], timedelta(hours=13), id="both"),
        pytest.param([("00:00", "24:00")], None, id="always"),
        pytest.param([("Mon 20:00", "24:00"), ("Tue 00:00", "Mon 19:00")], timedelta(hours=1), id="touching"),
    ],
)
def test_the_shortest_awake_stretch_lies_between_two_sleeps(
    windows: list[tuple[str, str]],
    stretch: timedelta | None,
) -> None:
    assert shortest_awake_stretch([window(*texts) for texts in windows]) == stretch


def test_without_windows_there_is_no_stretch_between_two_sleeps() -> None:
    assert shortest_awake_stretch([]) is None
