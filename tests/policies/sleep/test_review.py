"""What a hibernation does about its sleeper, by what it sees of it."""

from datetime import timedelta

import pytest
from cases import NOW

from policies.annotations import PauseRecord, pause_patch
from policies.sleep.review import Consultation, Sleep, Verdict, review
from policies.sleep.wishes import Wish
from policies.workload import Observation, WorkloadRef

RECORD = PauseRecord(
    pause_id="p-1",
    instance="me",
    policy="idle-dev",
    paused_at=NOW,
    original_replicas=3,
    resume_at=NOW + timedelta(hours=8),
)


def verdict_on(carried: PauseRecord | None, **seen_too: str) -> Verdict:
    """On a sleeper at zero that carries this record, under a policy that wants it asleep as recorded."""
    annotations = (
        {} if carried is None else {key: text for key, text in pause_patch(carried).items() if text is not None}
    )
    seen = Observation(
        ref=WorkloadRef(namespace="dev-shop", name="checkout", uid="u1"),
        resource_version="7",
        generation=2,
        replicas=0,
        annotations=annotations,
    ).replace(**seen_too)
    wish = Wish(policy=RECORD.policy, until=RECORD.resume_at)
    return review(Sleep(record=RECORD), Consultation(seen=seen, wish=wish, wishes=(wish,)), NOW)


@pytest.mark.parametrize(
    ("carried", "act"),
    [
        (RECORD, "stay"),
        (None, "record"),
        (RECORD.model_copy(update={"pause_id": "p-0"}), "record"),
        (RECORD.model_copy(update={"instance": "they"}), "stay"),
        (RECORD.model_copy(update={"pause_id": "p-9", "instance": "they"}), "end"),
    ],
    ids=["its own record", "none", "an old one of ours", "its own under a name somebody changed", "another's"],
)
def test_a_record_is_restored_unless_another_installation_put_it_to_sleep_meanwhile(
    carried: PauseRecord | None, act: str
) -> None:
    assert verdict_on(carried).act == act


@pytest.mark.parametrize("carried", [RECORD, None], ids=["with its record", "and stripped of it"])
def test_a_zero_that_somebody_chose_is_taken_over(carried: PauseRecord | None) -> None:
    verdict = verdict_on(carried, zero_chosen_by="helm", revision="2")
    assert (verdict.act, verdict.outcome, verdict.sentence) == ("wake", "taken over", "helm wants it at zero")
