"""Public holidays in a policy, from the file to the sleeps that come of it."""

from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from policytexts import read_policy_text

from activities.policy_sources.files import read_policies, write_policy
from activities.policy_sources.holidays import public_holidays
from policies.calendar.sleep_windows import is_kept_awake, next_window, sleeps
from policies.policy.document import EnforcementPolicy

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = [{"from": "20:00", "to": "07:00"}]
GERMANY = {"country": "DE", "subdivision": "BE", "keep": "Asleep"}


def text_of(holidays: Any, **schedule: Any) -> bytes:
    document = {
        "apiVersion": "finops.io/v1alpha1",
        "kind": "EnforcementPolicy",
        "metadata": {"name": "nights"},
        "spec": {
            "mode": "Enforce",
            "scope": {"namespaces": {"include": ["dev-*"]}},
            "schedule": {"timeZone": "Europe/Berlin", "asleep": NIGHTS, **schedule, "holidays": holidays},
        },
    }
    return yaml.safe_dump(document, sort_keys=False).encode()


def policy_of(holidays: Any, **schedule: Any) -> EnforcementPolicy:
    read = read_policy_text(text_of(holidays, **schedule), "nights.yaml")
    assert not read.problems
    return read.policies[0]


def listed(policy: EnforcementPolicy, since: date, most: int) -> list[tuple[str, str, str]]:
    assert policy.spec.schedule is not None
    coming = islice(sleeps(policy.spec.schedule, datetime(since.year, since.month, since.day, tzinfo=UTC)), most)
    return [
        (f"{each.start.astimezone(BERLIN):%m-%d %H:%M}", f"{each.end.astimezone(BERLIN):%m-%d %H:%M}", each.reason)
        for each in coming
        if each.start is not None and each.end is not None
    ]


def test_a_holiday_is_slept_through_and_joins_the_nights_around_it() -> None:
    assert listed(policy_of(GERMANY), date(2026, 10, 2), 3)[1:] == [
        ("10-02 20:00", "10-04 07:00", "20:00 to 07:00"),
        ("10-04 20:00", "10-05 07:00", "20:00 to 07:00"),
    ]


def test_a_holiday_alone_says_its_name_and_region() -> None:
    (only,) = listed(policy_of(GERMANY, asleep=[]), date(2026, 10, 2), 1)
    assert only[:2] == ("10-03 00:00", "10-04 00:00")
    assert only[2].endswith("(DE-BE)")


def test_a_holiday_that_is_kept_awake_keeps_everybody_awake() -> None:
    policy = policy_of({"country": "DE", "keep": "Awake"})
    christmas = datetime(2026, 12, 25, 23, tzinfo=BERLIN)
    assert is_kept_awake(policy, christmas)
    window = next_window(policy, christmas)
    assert window is not None
    assert window.start == datetime(2026, 12, 27, 0, tzinfo=BERLIN)


def test_kept_awake_by_an_exception_goes_before_asleep_for_a_holiday() -> None:
    awake = [{"from": "2026-12-25", "to": "2026-12-25", "keep": "Awake"}]
    assert is_kept_awake(policy_of(GERMANY, exceptions=awake), datetime(2026, 12, 25, 12, tzinfo=BERLIN))


def test_regions_differ() -> None:
    epiphany = date(2027, 1, 6)
    assert epiphany in public_holidays("DE", "BY")
    assert epiphany not in public_holidays("DE", "BE")


def test_the_next_ten_years_are_known() -> None:
    this_year = datetime.now(UTC).year
    days = public_holidays("US", "")
    assert all(date(this_year + ahead, 7, 4) in days for ahead in range(11))


@pytest.mark.parametrize(
    ("holidays", "says"),
    [
        ({"country": "XX", "keep": "Asleep"}, "holidays.country: the holidays of XX are not known"),
        ({"country": "de", "keep": "Asleep"}, 'holidays.country: "de" is not a country'),
        (
            {"country": "GB", "subdivision": "ENGG", "keep": "Asleep"},
            "holidays.subdivision: GB has no holidays of ENGG",
        ),
        ({"country": False, "keep": "Asleep"}, "holidays.country: must be text, not false; put it in quotes"),
        ({"country": "DE"}, "holidays.keep: is required"),
        ({"country": "DE", "keep": "Sleeping"}, "holidays.keep"),
        ({"country": "DE" * 400, "keep": "Asleep"}, "holidays.country"),
        ([GERMANY], "holidays: must be a mapping"),
        ({"country": "DE", "keep": "Asleep", "state": "BE"}, "holidays.state: unknown field"),
    ],
)
def test_what_names_no_region_is_told_with_its_line_and_field(holidays: Any, says: str) -> None:
    text = text_of(holidays)
    first = text.decode().splitlines().index(next(x for x in text.decode().splitlines() if "holidays:" in x)) + 1
    (problem, *_) = read_policy_text(text, "nights.yaml").problems
    assert f"spec.schedule.{says}" in str(problem)
    assert problem.line is not None
    assert problem.line >= first


def test_what_is_written_back_names_the_region_and_no_days(tmp_path: Path) -> None:
    policy = policy_of(GERMANY)
    written = write_policy(tmp_path, policy)
    assert yaml.safe_load(written.read_text())["spec"]["schedule"]["holidays"] == GERMANY
    assert read_policies(tmp_path).policies == (policy,)


def test_the_same_holidays_read_twice_are_the_same_schedule() -> None:
    first, second = policy_of(GERMANY).spec.schedule, policy_of(GERMANY).spec.schedule
    assert (first, hash(first)) == (second, hash(second))
    assert first != policy_of({**GERMANY, "subdivision": "BY"}).spec.schedule
