"""Results as programs read them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

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
