from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from policies.policy.keep import Keep
from policies.policy.schedule import Schedule

NIGHTS = {"from": "20:00", "to": "07:00"}


def schedule(**written: object) -> Schedule:
    return Schedule.model_validate({"timeZone": "Europe/Berlin", "asleep": [NIGHTS], **written})


def days(**written: object) -> Schedule:
    return schedule(exceptions=[{"from": "2026-12-23", "to": "2027-01-03", **written}])


def test_a_schedule_has_its_windows_its_exceptions_and_no_spread() -> None:
    read = days(keep="Asleep", reason="year's end")
    exception = read.exceptions[0]
    assert read.spread == timedelta(0)
    assert (exception.first, exception.last, exception.keep) == (date(2026, 12, 23), date(2027, 1, 3), Keep.ASLEEP)
    assert exception.reason == "year's end"


def test_other_windows_may_hold_on_exceptional_days() -> None:
    (exception,) = days(replace=[{"from": "12:00", "to": "24:00"}]).exceptions
    assert exception.replace is not None
    assert str(exception.replace[0]) == "12:00 to 24:00"


def test_dates_that_yaml_already_made_are_taken() -> None:
    (exception,) = days(**{"from": date(2026, 12, 24), "keep": "Awake"}).exceptions
    assert exception.first == date(2026, 12, 24)


def test_a_schedule_is_written_as_it_was_read() -> None:
    written = {
        "timeZone": "Europe/Berlin",
        "asleep": [{"from": "Fri 20:00", "to": "Mon 07:00"}, NIGHTS],
        "exceptions": [{"from": "2026-12-23", "to": "2027-01-03", "keep": "Awake"}],
        "spread": "10m",
    }
    assert Schedule.model_validate(written).model_dump(mode="json", exclude_unset=True) == written


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Ushuaia", "Asia/Kolkata", "CET"])
def test_a_zone_of_the_iana_data_base_is_taken(zone: str) -> None:
    assert schedule(timeZone=zone).time_zone == zone


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Europe",
        "Europe/Berln",
        "CEST",
        "+02:00",
        "localtime",
        "../../etc/passwd",
        "/etc/localtime",
        "a" * 5000,
        "U\0TC",
    ],
)
def test_another_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="is not a time zone; use an IANA name"):
        schedule(timeZone=zone)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("2026-02-30", "there is no 2026-02-30; that month has 28 days"),
        ("2026-13-01", "there is no 2026-13-01"),
        ("2026-00-10", "there is no 2026-00-10"),
        ("2026-06-00", "there is no 2026-06-00"),
        ("0000-01-01", "there is no 0000-01-01"),
        ("23.12.2026", '"23.12.2026" is not a date such as 2026-12-23'),
        ("2026-12-23T10:00:00Z", "is not a date"),
        (20261223, "20261223 is not a date"),
        (datetime(2026, 12, 23, tzinfo=UTC), "is not a date"),
        (None, "null is not a date"),
    ],
)
def test_a_day_that_does_not_exist_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        days(**{"from": value, "keep": "Awake"})
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"to": "2026-12-22", "keep": "Awake"}, "2026-12-22 is before 2026-12-23"),
        ({}, "needs either keep"),
        ({"keep": "Awake", "replace": [NIGHTS]}, "needs either keep"),
        ({"replace": []}, "at least 1 item"),
        ({"keep": "awake"}, "should be 'Awake' or 'Asleep'"),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(written: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        days(**written)


def test_a_schedule_without_windows_and_exceptions_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs at least one window"):
        schedule(asleep=[])
