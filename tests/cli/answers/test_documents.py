"""Results as programs read them."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from cli.answers.documents import as_document, to_json, to_yaml
from policies.models import Frozen


class Inner(Frozen):
    saved_per_day: float = 1.5


class Sample(Frozen):
    judged_at: datetime = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    counts_by_reason: Mapping[str, Inner] = {"not_idle": Inner()}
    last_rows: tuple[Inner, ...] = (Inner(),)
    every: timedelta | None = timedelta(minutes=5)
    not_known: timedelta | None = None


def test_fields_are_in_camel_case_and_keys_that_are_data_stay_as_they_are() -> None:
    assert as_document(Sample()) == {
        "judgedAt": "2026-11-29T12:00:00Z",
        "countsByReason": {"not_idle": {"savedPerDay": 1.5}},
        "lastRows": [{"savedPerDay": 1.5}],
        "everySeconds": 300.0,
        "notKnownSeconds": None,
    }


def test_json_and_yaml_say_the_same() -> None:
    assert json.loads(to_json(Sample())) == as_document(Sample())
    assert yaml.safe_load(to_yaml(Sample())) == as_document(Sample())


@pytest.mark.parametrize("figure", [math.inf, -math.inf, math.nan])
def test_a_figure_that_is_none_is_null_and_what_is_printed_is_json(figure: float) -> None:
    answer = Sample(counts_by_reason={"a": Inner(saved_per_day=figure)}, last_rows=(Inner(saved_per_day=figure),))
    told = json.loads(to_json(answer), parse_constant=pytest.fail)
    assert (told["countsByReason"], told["lastRows"]) == ({"a": {"savedPerDay": None}}, [{"savedPerDay": None}])
    assert yaml.safe_load(to_yaml(answer)) == told


class Said(Frozen):
    reason: str


@pytest.mark.parametrize("reason", ["\x1b[2J\n", "\x9b2J\x7f", "\u202e\u2028", "\U000e0041", "Grüße 👋"])
def test_documents_carry_any_text_and_do_nothing_to_a_terminal(reason: str) -> None:
    assert json.loads(to_json(Said(reason=reason))) == yaml.safe_load(to_yaml(Said(reason=reason)))
    assert json.loads(to_json(Said(reason=reason))) == {"reason": reason}
    assert to_json(Said(reason=reason)).replace("\n", "").isprintable()
    assert "\x1b" not in to_yaml(Said(reason=reason))
    assert "\x9b" not in to_yaml(Said(reason=reason))


def test_a_text_that_is_no_utf_8_is_still_a_document() -> None:
    assert json.loads(to_json(Said(reason="d\udce9mo"))) == {"reason": "d\udce9mo"}
    assert to_json(Said(reason="d\udce9mo")).encode()
    assert to_yaml(Said(reason="d\udce9mo")).encode()
