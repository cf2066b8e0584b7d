from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from policies.durations import Duration, DurationOrZero, format_duration, parse_duration
from policies.problems import FieldError


class Nap(BaseModel):
    length: Duration
    spread: DurationOrZero = timedelta(0)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("168h", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("1h0m5s", timedelta(seconds=3605)),
        ("30m1h", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("0.25s", timedelta(milliseconds=250)),
        ("0s", timedelta(0)),
        ("2562047h", timedelta(hours=2562047)),
    ],
)
def test_a_text_is_read_as_go_reads_it(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30", '"30" has no unit; write "30h", "30m" or "30s"'),
        ("2d", '"2d" is in days; write 48h'),
        ("-5m", '"-5m" must be greater than 0'),
        ("2562048h", '"2562048h" is longer than 292 years'),
        ("", '"" is not a duration such as 48h, 1h30m or 45s'),
        ("1h 30m", '"1h 30m" is not a duration such as 48h, 1h30m or 45s'),
        ("1H", '"1H" is not a duration such as 48h, 1h30m or 45s'),
        ("5m\n", '"5m\\n" is not a duration such as 48h, 1h30m or 45s'),
        ("٣h", '"\\u0663h" is not a duration such as 48h, 1h30m or 45s'),
    ],
)
def test_what_is_no_duration_is_told_how_to_write_one(text: str, sentence: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_duration(text)
    assert str(caught.value) == sentence


def test_a_very_long_text_is_refused_without_being_computed() -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration("9" * 1_000_000 + "h")


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=7), "168h"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(seconds=45), "45s"),
        (timedelta(seconds=3605), "1h5s"),
        (timedelta(milliseconds=500), "0.5s"),
        (timedelta(0), "0s"),
    ],
)
def test_a_duration_is_written_as_short_as_it_gets(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2562047)))
def test_what_is_written_reads_back_the_same(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


def test_a_model_holds_a_timedelta_and_says_text_in_json() -> None:
    nap = Nap.model_validate({"length": "1h30m"})
    assert nap.length == timedelta(minutes=90)
    assert nap.model_dump() == {"length": timedelta(minutes=90), "spread": timedelta(0)}
    assert nap.model_dump_json() == '{"length":"1h30m","spread":"0s"}'
    assert Nap.model_validate_json(nap.model_dump_json()) == nap


@pytest.mark.parametrize("value", ["0s", "0h0m", timedelta(0), timedelta(seconds=-1), 30, True, None, [], 1.5])
def test_a_duration_field_takes_no_zero_and_nothing_but_durations(value: object) -> None:
    with pytest.raises(ValidationError):
        Nap.model_validate({"length": value})


def test_a_field_that_may_be_zero_may_not_be_negative() -> None:
    with pytest.raises(ValidationError):
        Nap(length=timedelta(hours=1), spread=timedelta(seconds=-1))
