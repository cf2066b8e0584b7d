"""Single decisions of the protocol, each an example. All of them together: test_protocol_model.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.annotations import Because, PauseRecord, WakeNote, note_patch, pause_patch
from policies.sleep.actions import Finished, SendClear, SendPause, SendResume
from policies.sleep.protocol import PauseIntent, WakeIntent, decide
from policies.workload import Observation, WorkloadRef

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
REF = WorkloadRef(namespace="shop", name="web", uid="u1")
RECORD = PauseRecord(pause_id="p1", instance="me", policy="night", paused_at=NOW, original_replicas=3)
NOTE = WakeNote(resumed_at=NOW + timedelta(hours=1), awake_until=NOW + timedelta(hours=2), because=Because.PERSON)
PAUSE = PauseIntent(ref=REF, record=RECORD, generation=7, not_after=NOW + timedelta(minutes=10))
WAKE = WakeIntent(ref=REF, record=RECORD, owns_zero=True, note=NOTE)


def carried(**changes: Any) -> dict[str, str]:
    patch = pause_patch(RECORD.model_copy(update=changes))
    return {key: value for key, value in patch.items() if value is not None}


def seen(replicas: int = 3, generation: int = 7, **changes: Any) -> Observation:
    return Observation(ref=REF, resource_version="42", generation=generation, replicas=replicas, **changes)


def note() -> dict[str, str]:
    return {key: value for key, value in note_patch(NOTE).items() if value is not None}


def asleep(**changes: Any) -> Observation:
    return seen(replicas=0, generation=9, annotations=carried(**changes))


@pytest.mark.parametrize(
    ("end", "what"),
    [
        ("gone", None),
        ("gone", seen().model_copy(update={"ref": REF.model_copy(update={"uid": "u2"})})),
        ("gone", seen(being_deleted=True)),
        ("asleep", asleep()),
        ("at-zero", asleep().model_copy(update={"zero_chosen_by": "kubectl"})),
        ("at-zero", seen(replicas=0)),
        ("already-paused", asleep(pause_id="other")),
        ("excluded", seen(annotations={"finops.io/exclude": "true"})),
        ("excluded", seen(annotations={"finops.io/exclude": "yes"})),
        ("excluded", seen(annotations={"finops.io/exclude-until": "2026-11-24"})),
        ("excluded", seen(annotations={"finops.io/exclude-until": "tomorrow"})),
        ("excluded", seen(annotations=note())),
        ("excluded", seen(annotations=carried() | note())),
        ("excluded", seen(annotations={"finops.io/awake-until": "in the morning"})),
        ("changed", seen(generation=8)),
        ("changed", seen(generation=9, annotations=carried())),
        ("not-ours", seen(annotations=carried(instance="them"))),
    ],
    ids=[
        "deleted",
        "re-created",
        "being deleted",
        "done already",
        "set to zero by somebody between W1 and W2",
        "zero of its own",
        "another pause",
        "excluded meanwhile",
        "excluded in words nobody can read",
        "excluded until a day",
        "excluded until nobody knows when",
        "woken by a person",
        "woken by a person after W1",
        "kept awake until nobody knows when",
        "changed before W1",
        "changed after W1",
        "another installation's",
    ],
)
def test_a_pause_ends_without_a_write(end: str, what: Observation | None) -> None:
    action = decide(what, PAUSE, NOW, unknown_outcome=False)
    assert isinstance(action, Finished)
    assert action.end == end


@pytest.mark.parametrize(
    ("policy", "annotations"),
    [
        ("night", {"finops.io/exclude-until": "2026-11-22"}),
        ("night", {"finops.io/exclude": "false"}),
        ("manual", note()),
    ],
    ids=["an exclusion that is over", "an exclusion that was taken back", "a wake, against a pause by hand"],
)
def test_a_mark_that_says_nothing_against_it_hinders_no_pause(policy: str, annotations: dict[str, str]) -> None:
    asked = PAUSE.model_copy(update={"record": RECORD.model_copy(update={"policy": policy})})
    assert isinstance(decide(seen(annotations=annotations), asked, NOW, unknown_outcome=False), SendPause)


def test_a_pause_by_hand_ends_the_note_that_would_keep_it_awake() -> None:
    by_hand = PAUSE.model_copy(update={"record": RECORD.model_copy(update={"policy": "manual"})})
    sent = decide(seen(annotations=note()), by_hand, NOW, unknown_outcome=False)
    assert isinstance(sent, SendPause)
    assert sent.patch["finops.io/awake-until"] == "2026-11-23T20:00:00Z"
    carried_then = note() | {key: value for key, value in sent.patch.items() if value is not None}
    again = decide(seen(generation=8, annotations=carried_then), by_hand, NOW, unknown_outcome=True)
    assert isinstance(again, SendPause)
    assert not again.ends_note


@pytest.mark.parametrize(
    ("policy", "annotations"),
    [
        ("night", {"finops.io/awake-until": "2026-11-23T19:00:00Z"}),
        ("manual", {"finops.io/awake-until": "2026-11-23T19:00:00Z"}),
        ("manual", {"finops.io/awake-until": "in the morning"}),
        ("manual", {}),
    ],
    ids=["over", "over, by hand", "unreadable", "none"],
)
def test_any_other_note_is_left_to_the_next_wake(policy: str, annotations: dict[str, str]) -> None:
    asked = PAUSE.model_copy(update={"record": RECORD.model_copy(update={"policy": policy})})
    sent = decide(seen(annotations=annotations), asked, NOW, unknown_outcome=False)
    assert isinstance(sent, SendPause)
    assert "finops.io/awake-until" not in sent.patch


def test_a_day_of_an_exclusion_ends_in_the_zone_of_the_policy() -> None:
    marked = seen(annotations={"finops.io/exclude-until": "2026-11-23"})
    in_tokyo = PAUSE.model_copy(update={"zone": "Asia/Tokyo"})
    assert isinstance(decide(marked, PAUSE, NOW, unknown_outcome=False), Finished)
    assert isinstance(decide(marked, in_tokyo, NOW, unknown_outcome=False), SendPause)


def test_an_expired_pause_ends() -> None:
    action = decide(seen(), PAUSE, PAUSE.not_after, unknown_outcome=False)
    assert isinstance(action, Finished)
    assert action.end == "too-late"


def test_a_pause_goes_out_under_the_version_that_was_seen() -> None:
    expected = SendPause(ref=REF, resource_version="42", record=RECORD, not_after=PAUSE.not_after)
    assert decide(seen(), PAUSE, NOW, unknown_outcome=False) == expected


def test_a_pause_whose_first_write_landed_goes_on() -> None:
    half_way = seen(generation=8, annotations=carried())
    assert isinstance(decide(half_way, PAUSE, NOW, unknown_outcome=True), SendPause)


@pytest.mark.parametrize("changes", [{}, {"instance": "me"}, {"pause_id": "older"}], ids=["ours", "again", "an undo's"])
def test_a_sleeper_gets_its_count_back(changes: dict[str, Any]) -> None:
    expected = SendResume(ref=REF, resource_version="42", replicas=3, note=NOTE, policy="night")
    assert decide(asleep(**changes), WAKE, NOW, unknown_outcome=False) == expected


def test_a_count_that_an_undo_brought_back_is_not_believed() -> None:
    action = decide(asleep(pause_id="older", original_replicas=9), WAKE, NOW, unknown_outcome=False)
    assert isinstance(action, SendResume)
    assert action.replicas == 3


def test_a_count_that_a_person_edited_is_obeyed() -> None:
    action = decide(asleep(original_replicas=5), WAKE, NOW, unknown_outcome=False)
    assert isinstance(action, SendResume)
    assert action.replicas == 5


def test_a_running_workload_is_cleared_and_never_scaled() -> None:
    action = decide(seen(replicas=7, annotations=carried()), WAKE, NOW, unknown_outcome=False)
    assert action == SendClear(ref=REF, resource_version="42", note=NOTE)


def test_a_zero_without_a_record_is_ours_only_where_we_made_it() -> None:
    ours = decide(seen(replicas=0), WAKE, NOW, unknown_outcome=False)
    theirs = decide(seen(replicas=0), WAKE.model_copy(update={"owns_zero": False}), NOW, unknown_outcome=False)
    assert isinstance(ours, SendResume)
    assert isinstance(theirs, Finished)


@pytest.mark.parametrize(
    ("changes", "woken"),
    [({"instance": "them", "pause_id": "p9"}, False), ({"instance": "them"}, True)],
    ids=["another installation's sleep", "our own, under a name that somebody changed"],
)
def test_another_installations_sleeper_is_never_woken(changes: dict[str, str], woken: bool) -> None:
    action = decide(asleep(**changes), WAKE, NOW, unknown_outcome=False)
    assert isinstance(action, SendResume) is woken


def test_a_zero_that_came_after_the_wake_is_somebodys_choice() -> None:
    action = decide(seen(replicas=0, annotations=note()), WAKE, NOW, unknown_outcome=False)
    assert isinstance(action, Finished)
    assert action.end == "not-ours"


CHOSEN: dict[str, Any] = {"zero_chosen_by": "kubectl"}


@pytest.mark.parametrize(
    ("what", "intent"),
    [
        (asleep().model_copy(update=CHOSEN), WAKE),
        (asleep().model_copy(update=CHOSEN), WAKE.model_copy(update={"note": None, "owns_zero": False})),
        (asleep(), WAKE.model_copy(update={"gave_back": True})),
    ],
    ids=["a manifest says zero", "before the pause was one", "a zero right after it was given back"],
)
def test_a_zero_that_somebody_chose_loses_its_record_and_stays(what: Observation, intent: WakeIntent) -> None:
    action = decide(what, intent, NOW, unknown_outcome=False)
    assert isinstance(action, SendClear)
    assert action.leaves_zero


@pytest.mark.parametrize(
    ("what", "intent"),
    [
        (seen(replicas=0, **CHOSEN), WAKE),
        (seen(replicas=0), WAKE.model_copy(update={"gave_back": True})),
    ],
    ids=["a manifest says zero", "a zero right after it was given back"],
)
def test_a_zero_that_somebody_chose_and_cleared_is_theirs(what: Observation, intent: WakeIntent) -> None:
    action = decide(what, intent, NOW, unknown_outcome=True)
    assert isinstance(action, Finished)
    assert action.end == "not-ours"


def test_calling_a_pause_off_after_an_unknown_write_lands_a_fence_that_changes_something() -> None:
    off = WAKE.model_copy(update={"note": None, "owns_zero": False})
    action = decide(seen(), off, NOW, unknown_outcome=True)
    assert isinstance(action, SendClear)
    assert action.fence_at == NOW
    again = decide(seen(annotations={"finops.io/resumed-at": "2026-11-23T19:59:59Z"}), off, NOW, unknown_outcome=True)
    assert isinstance(again, SendClear)


def test_what_admission_made_of_our_zero_is_nobodys_choice() -> None:
    off = WAKE.model_copy(update={"note": None, "owns_zero": False, "changed_to": 1})
    changed = seen(replicas=1, generation=9, annotations=carried())
    action = decide(changed, off, NOW, unknown_outcome=False)
    assert action == SendResume(ref=REF, resource_version="42", replicas=3, note=None, policy="night")


@pytest.mark.parametrize(
    ("replicas", "annotations"), [(2, carried()), (1, carried(pause_id="other"))], ids=["another count", "other pause"]
)
def test_any_other_count_than_admission_made_is_somebodys_choice(replicas: int, annotations: dict[str, str]) -> None:
    off = WAKE.model_copy(update={"note": None, "owns_zero": False, "changed_to": 1})
    raised = seen(replicas=replicas, generation=9, annotations=annotations)
    assert isinstance(decide(raised, off, NOW, unknown_outcome=False), SendClear)


def test_without_an_unknown_write_calling_off_needs_none() -> None:
    off = WAKE.model_copy(update={"note": None, "owns_zero": False})
    assert isinstance(decide(seen(), off, NOW, unknown_outcome=False), Finished)
