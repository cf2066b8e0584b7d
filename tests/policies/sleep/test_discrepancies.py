"""What reconciliation makes of one workload and its hibernation."""

from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, policy, workload

from policies.annotations import PauseRecord, pause_patch
from policies.errors import InvalidAnnotation
from policies.sleep.discrepancies import (
    Discrepancy,
    Ground,
    OpenHibernation,
    compare,
    compare_missing,
    gone_policies,
    may_have_a_copy,
    record_to_adopt,
    what_answers,
)
from policies.sleep.messages import Phase
from policies.times import to_rfc3339
from policies.workload import Workload, Writer

HOUR = timedelta(hours=1)
RECORD = PauseRecord(
    pause_id="p1",
    instance="me",
    policy="idle-dev",
    paused_at=NOW - HOUR,
    original_replicas=3,
    resume_at=NOW + 9 * HOUR,
)
CARRIED = {key: value for key, value in pause_patch(RECORD).items() if value is not None}
ASLEEP = OpenHibernation(phase=Phase.ASLEEP, policy="idle-dev", resume_at=NOW + 9 * HOUR)


def sleeper(replicas: int = 0, **annotations: str) -> Workload:
    own = {f"finops.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return workload(replicas=replicas, annotations={**CARRIED, **own})


def woken(ago: timedelta, available: int) -> Workload:
    rollout = workload().rollout.model_copy(update={"available_replicas": available})
    return workload(annotations={"finops.io/resumed-at": to_rfc3339(NOW - ago)}, rollout=rollout)


def deployed_since() -> Workload:
    rollout = workload().rollout.model_copy(update={"progressing_updated_at": NOW - HOUR / 2})
    return workload(replicas=0, annotations=CARRIED, rollout=rollout)


def edited(ago: timedelta, manager: str = "helm") -> Workload:
    writer = Writer(manager=manager, operation="Apply", time=NOW - ago, writes_spec=True)
    return workload(replicas=0, annotations=CARRIED, writers=(writer,))


def taken_over() -> Workload:
    owner = Writer(manager="kubectl", operation="Apply", writes_spec=True, owns_replicas=True)
    return workload(replicas=0, annotations=CARRIED, writers=(owner,))


def ground(**changes: Any) -> Ground:
    ordinary: dict[str, Any] = {"now": NOW, "instance": "me", "policies": (policy(resumeAfter="10h"),)}
    return Ground(**(ordinary | changes))


@pytest.mark.parametrize(
    ("finding", "seen", "hibernation", "around"),
    [
        (None, sleeper(), ASLEEP, ground()),
        (None, workload(), None, ground()),
        (Discrepancy.ADOPTED, sleeper(), None, ground()),
        (Discrepancy.CLEARED, sleeper(replicas=3), None, ground()),
        (Discrepancy.CLEARED, sleeper(replicas=3), OpenHibernation(phase=Phase.COOLING), ground()),
        (Discrepancy.UNREADABLE, sleeper(original_replicas="many"), None, ground()),
        (Discrepancy.CLEARED, sleeper(replicas=3, original_replicas="many"), None, ground()),
        (Discrepancy.OTHER_INSTANCE, sleeper(instance="them"), None, ground()),
        (Discrepancy.STRAY, sleeper(replicas=3, instance="them"), None, ground()),
        (Discrepancy.STRAY, workload(annotations={"finops.io/original-replicas": "three"}), None, ground()),
        (Discrepancy.RAISED, sleeper(replicas=5), ASLEEP, ground()),
        (Discrepancy.STRIPPED, workload(replicas=0), ASLEEP, ground()),
        (Discrepancy.STRIPPED, sleeper(original_replicas="many"), ASLEEP, ground()),
        (Discrepancy.TAKEN_OVER, taken_over(), ASLEEP, ground()),
        (Discrepancy.EXCLUDED, sleeper(exclude="perhaps"), ASLEEP, ground()),
        (Discrepancy.EXCLUDED, sleeper(exclude="true"), ASLEEP, ground()),
        (Discrepancy.EXCLUDED, sleeper(), ASLEEP, ground(namespace_marks={"dev-shop": {"finops.io/exclude": "true"}})),
        (Discrepancy.EXCLUDED, sleeper(), ASLEEP, ground(namespace_marks={"dev-shop": {"finops.io/exclude": "yes?"}})),
        (None, sleeper(), ASLEEP, ground(namespace_marks={"test": {"finops.io/exclude": "true"}})),
        (None, sleeper(), ASLEEP, ground(namespace_marks={"dev-shop": {"finops.io/exclude-until": "2026-11-22"}})),
        (None, sleeper(exclude_until="2026-11-22"), ASLEEP, ground()),
        (Discrepancy.OVERDUE, sleeper(), ASLEEP.model_copy(update={"resume_at": NOW - HOUR}), ground()),
        (Discrepancy.POLICY_GONE, sleeper(), ASLEEP, ground(policies=(), gone_policies=frozenset({"idle-dev"}))),
        (None, sleeper(), ASLEEP, ground(policies=())),
        (Discrepancy.POLICY_CHANGED, sleeper(), ASLEEP, ground(policies=(policy(suspend=True),))),
        (Discrepancy.POLICY_CHANGED, sleeper(), ASLEEP, ground(policies=(policy(resumeAfter="20h"),))),
        (None, sleeper(), ASLEEP, ground(policies=(policy(suspend=True),), held=True)),
        (Discrepancy.DEPLOYED, deployed_since(), ASLEEP, ground()),
        (None, deployed_since(), ASLEEP, ground(policies=(policy(resumeAfter="10h", onDeploy="StayAsleep"),))),
        (Discrepancy.DEPLOYED, edited(HOUR / 2), ASLEEP, ground()),
        (None, edited(2 * HOUR), ASLEEP, ground()),
        (None, edited(HOUR / 2, manager="finops-enforcer"), ASLEEP, ground()),
        (None, edited(HOUR / 2, manager="kube-controller-manager"), ASLEEP, ground()),
        (None, edited(HOUR / 2), ASLEEP, ground(policies=(policy(resumeAfter="10h", onDeploy="StayAsleep"),))),
        (None, sleeper(), OpenHibernation(phase=Phase.PAUSING), ground()),
        (None, sleeper(replicas=3), OpenHibernation(phase=Phase.RESUMING), ground()),
        (Discrepancy.WOKE_NOT_READY, woken(HOUR, available=1), None, ground()),
        (None, woken(HOUR, available=3), None, ground()),
        (None, woken(HOUR / 6, available=0), None, ground()),
        (None, woken(25 * HOUR, available=0), None, ground()),
    ],
    ids=[
        "both records agree",
        "never slept",
        "asleep without hibernation",
        "running with a record and no hibernation",
        "running with a record, cooling",
        "asleep with garbage",
        "running with garbage",
        "another installation's",
        "another installation's on one that runs",
        "a part of a record that is nobody's",
        "raised by somebody",
        "record stripped",
        "record damaged",
        "wanted at zero by somebody",
        "exclusion unreadable",
        "excluded",
        "its namespace excluded",
        "its namespace's exclusion unreadable",
        "another namespace excluded",
        "its namespace's exclusion over",
        "exclusion over",
        "past its time",
        "policy gone twice",
        "policy missing once",
        "policy suspended",
        "policy lets it sleep longer",
        "suspended under a hold",
        "deployed into",
        "deployed into, stays asleep",
        "edited: perhaps back to an older revision",
        "edited before the sleep",
        "written by us",
        "written by a controller",
        "edited, stays asleep",
        "on its way to sleep",
        "on its way up",
        "pods not there",
        "pods there",
        "pods still have time",
        "too long ago to tell",
    ],
)
def test_what_is_wrong_with_a_workload(
    finding: Discrepancy | None, seen: Workload, hibernation: OpenHibernation | None, around: Ground
) -> None:
    assert compare(seen, hibernation, around) is finding


def test_a_deployment_that_is_not_listed_is_left_to_its_hibernation() -> None:
    assert compare_missing(ASLEEP) is Discrepancy.MISSING
    assert compare_missing(OpenHibernation(phase=Phase.COOLING)) is None


def test_a_running_workload_is_adopted_under_the_count_it_runs_at() -> None:
    assert record_to_adopt(sleeper(replicas=4, original_replicas="many")).original_replicas == 4


def test_a_sleeper_without_a_count_is_not_adopted() -> None:
    with pytest.raises(InvalidAnnotation):
        record_to_adopt(sleeper(original_replicas="0"))


@pytest.mark.parametrize(
    ("asked", "seen", "hibernation"),
    [
        (True, sleeper(original_replicas="many"), None),
        (False, sleeper(original_replicas="many"), ASLEEP),
        (False, sleeper(replicas=3, original_replicas="many"), None),
        (False, workload(replicas=0, annotations={"finops.io/pause-id": "p1", "finops.io/instance": "me"}), None),
    ],
    ids=["asleep and lost", "its hibernation knows", "it runs", "its mark was taken away"],
)
def test_only_a_marked_sleeper_without_a_hibernation_is_looked_up_among_copies(
    asked: bool, seen: Workload, hibernation: OpenHibernation | None
) -> None:
    assert may_have_a_copy(seen, hibernation) is asked


def test_a_policy_is_gone_when_two_complete_readings_miss_it() -> None:
    gone, missing = gone_policies({"a", "b"}, {"a"}, missing_before=(), complete=True)
    assert not gone
    assert missing == {"b"}
    assert gone_policies({"a", "b"}, {"a"}, missing_before=missing, complete=True)[0] == {"b"}


def test_an_incomplete_reading_proves_nothing() -> None:
    assert gone_policies({"a"}, (), missing_before=("a",), complete=False) == (frozenset(), frozenset())


def applied(hours: float, **changes: Any) -> Workload:
    """Edited again, so long after it fell asleep."""
    writer = Writer(manager="kubectl", operation="Apply", time=RECORD.paused_at + hours * HOUR, writes_spec=True)
    return workload(replicas=0, annotations=CARRIED, writers=(writer,)).model_copy(update=changes)


BEFORE = applied(1, labels={"app": "web"})


@pytest.mark.parametrize("finding", [Discrepancy.DEPLOYED, Discrepancy.POLICY_CHANGED])
@pytest.mark.parametrize(
    ("is_news", "after"),
    [
        (False, BEFORE.model_copy(update={"resource_version": "43"})),
        (True, applied(7, labels={"app": "web"})),
        (True, applied(1, labels={"app": "web", "tier": "prod"})),
        (True, applied(1, labels={"app": "web"}, annotations={**CARRIED, "finops.io/min-replicas": "1"})),
        (True, applied(1, labels={"app": "web"}, revision=9)),
    ],
    ids=["a status was written", "applied once more", "a label moved", "a mark was set", "rolled out"],
)
def test_what_was_answered_is_asked_again_only_where_the_question_has_changed(
    is_news: bool, after: Workload, finding: Discrepancy
) -> None:
    assert (what_answers(finding, after) != what_answers(finding, BEFORE)) is is_news


def test_a_window_that_is_over_is_not_hidden_by_an_edit_that_was_answered() -> None:
    nights = {"timeZone": "UTC", "asleep": [{"from": "Mon 18:00", "to": "Mon 22:00"}]}
    around = ground(policies=(policy(schedule=nights),))
    seen = edited(HOUR / 2)
    later = around.model_copy(update={"now": NOW + 3 * HOUR})
    assert [compare(seen, ASLEEP, each) for each in (around, later)] == [
        Discrepancy.DEPLOYED,
        Discrepancy.POLICY_CHANGED,
    ]
