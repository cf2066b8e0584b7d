"""A rollback meets what the later version wrote: fields and words that this one does not know."""

import json
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import to_json
from storedmodels import TOMORROW, Spot, Writer, stored_models

from policies.annotations import AWAKE_BECAUSE, Because, note_patch, read_note
from policies.checks.reasons import Reason
from policies.policy.document import EnforcementPolicy
from policies.resource.status import Condition
from policies.sleep.discrepancies import OpenHibernation, compare_missing
from policies.sleep.messages import AWAKE_PHASES, Phase
from policies.sleep.wake_order import Standing

MODELS = tuple(model for model in stored_models() if model.model_config.get("extra") != "forbid")


def spots_of(model: type[BaseModel]) -> set[Spot]:
    writer = Writer()
    writer.document(model)
    return writer.spots


WORDS = tuple((model, spot) for model in MODELS for spot in sorted(spots_of(model)))
MEANT = {
    ("WriteOutcome", "result"): "unknown",  # the write may land yet: the opposite one fences it
    ("Standing", "place"): "unknown",  # nobody waits for it
    ("Condition", "status"): "Unknown",
}
"""What a word of tomorrow is taken for where each of the known ones is acted on."""


def read(model: type[BaseModel], document: Any) -> BaseModel:
    return model.model_validate_json(json.dumps(document))


def known_of(value: Any) -> Any:
    """What was read without the fields of tomorrow, which a few models keep to look at their names."""
    if not isinstance(value, BaseModel):
        return value
    return {name: known_of(getattr(value, name)) for name in type(value).model_fields}


def test_what_temporal_files_and_answers_hold_is_found() -> None:
    found = {model.__name__ for model in stored_models()}
    assert found > {
        "Continuation",
        "ReconcileResult",
        "WriteOutcome",
        "ClusterRecord",
        "PolicyStatus",
        "KeptFigures",
        "Ports",
    }
    assert {"Deployment", "Until", "HibernationStatus", "_RecordPart", "EnforcementPolicy"} < found


def test_only_what_people_write_refuses_a_field_it_does_not_know() -> None:
    refusing = {model for model in stored_models() if model not in MODELS}
    assert EnforcementPolicy in refusing
    written_by_people = {"policies.policy.document", "policies.policy.selectors", "activities.costs.price_list"}
    assert {model.__module__ for model in refusing} == written_by_people


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_field_of_tomorrow_is_passed_over(model: type[BaseModel]) -> None:
    today = read(model, Writer().document(model))
    assert known_of(read(model, Writer(extra_fields=True).document(model))) == known_of(today)


@pytest.mark.parametrize(("model", "spot"), [case for case in WORDS if case[1].is_code], ids=str)
def test_a_code_of_tomorrow_is_carried_and_written_as_it_is(model: type[BaseModel], spot: Spot) -> None:
    known = Writer().document(model)
    document = Writer(new_word_at=spot).document(model)
    assert TOMORROW not in json.dumps(known)
    assert to_json(read(model, document)).count(TOMORROW.encode()) == json.dumps(document).count(TOMORROW)


@pytest.mark.parametrize(("model", "spot"), [case for case in WORDS if not case[1].is_code], ids=str)
def test_a_word_that_is_acted_on_has_a_meaning_where_it_is_not_known(model: type[BaseModel], spot: Spot) -> None:
    written = to_json(read(model, Writer(new_word_at=spot).document(model))).decode()
    assert TOMORROW not in written
    assert f'"{spot.field}":"{MEANT[spot.owner, spot.field]}"' in written


def test_a_code_of_tomorrow_equals_itself_and_none_of_todays() -> None:
    assert Reason(TOMORROW) == TOMORROW
    assert Reason(TOMORROW) not in set(Reason)
    assert f"{Reason(TOMORROW)}" == TOMORROW


def test_a_note_of_tomorrow_keeps_its_reason() -> None:
    note = read_note({"finops.io/awake-until": "2026-11-24T07:00:00Z", AWAKE_BECAUSE: TOMORROW})
    assert note is not None
    assert note.because not in set(Because)
    assert note_patch(note)[AWAKE_BECAUSE] == TOMORROW


def test_a_hibernation_in_a_phase_of_tomorrow_may_have_something_to_give_back_and_is_not_disturbed() -> None:
    phase = Phase(TOMORROW)
    assert phase not in AWAKE_PHASES
    assert compare_missing(OpenHibernation(phase=phase)) is None


def test_nobody_waits_for_a_target_whose_place_is_not_known() -> None:
    assert not read(Standing, {"target": "shop/db", "place": TOMORROW}).holds_back  # type: ignore[attr-defined]


def test_a_status_of_tomorrow_keeps_its_other_conditions() -> None:
    assert Condition.model_validate({"type": "Ready", "status": "Perhaps", "reason": "x"}).status == "Unknown"
