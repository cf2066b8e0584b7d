"""What the write activities refuse, and how they report what became of a write."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from cases import policy, surroundings, workload
from temporalio.testing import ActivityEnvironment

from activities.alerts.refusals import Refusals
from activities.clocks import Clocks
from activities.errors import (
    Call,
    Conflict,
    CountChanged,
    Denied,
    KubernetesError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Throttled,
    UnexpectedAnswer,
    Unreachable,
)
from activities.hibernation.orders import WriteOutcome
from activities.hibernation.writes import WriteActivities
from activities.kube.objects.namespaces import NamespaceReader
from activities.kube.workloads.workloads import Workloads
from activities.snapshot import Hold, Snapshot
from policies.annotations import ORIGINAL_REPLICAS, PAUSE_ID, PAUSED, RESUMED_AT, PauseRecord
from policies.checks.reasons import Reason
from policies.names import MANUAL
from policies.sleep.actions import SendClear, SendPause, SendResume
from policies.times import to_rfc3339
from policies.workload import Workload, WorkloadRef

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
LATER, BEFORE = to_rfc3339(NOW + HOUR), to_rfc3339(NOW - HOUR)
SILENT = NamespaceReader()
REF = WorkloadRef(namespace="dev-shop", name="checkout", uid="u1")
CALL = Call(verb="patch", resource="deployments", namespace="dev-shop", name="checkout", writes=True)


class FakeWorkloads:
    """Takes writes, or fails at one of them."""

    def __init__(self, fails_at: int = 0, error: KubernetesError | None = None, answer: Workload | None = None) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self._fails_at = fails_at
        self._error = error
        self._answer = answer or workload(resource_version="43")

    def annotate(self, ref: WorkloadRef, resource_version: str, patch: Any) -> Workload:
        self._take("annotate", resource_version, patch)
        return self._answer

    def put_to_sleep(self, ref: WorkloadRef, resource_version: str) -> str:
        self._take("put_to_sleep", resource_version, 0)
        return "44"

    def give_back(self, ref: WorkloadRef, resource_version: str, replicas: int) -> str:
        self._take("give_back", resource_version, replicas)
        return "44"

    def _take(self, act: str, resource_version: str, what: Any) -> None:
        self.calls.append((act, resource_version, what))
        if self._error is not None and len(self.calls) == self._fails_at:
            raise self._error


def snapshot(**changes: Any) -> Callable[[], Snapshot]:
    return lambda: Snapshot(**{"read_at": datetime.now(UTC), "policies": (policy(),), **changes})


def telling(server_now: Callable[[], datetime | None] = lambda: NOW) -> Clocks:
    """The worker's clocks; its own, and Temporal's in `pause`, say NOW."""
    return Clocks(server_now, own_clock=lambda: NOW)


def writes(
    workloads: FakeWorkloads,
    clocks: Clocks,
    read_namespace: Callable[[str], NamespaceReader] = lambda _: SILENT,
    refusals: Refusals | None = None,
    **changes: Any,
) -> WriteActivities:
    return WriteActivities(
        cast("Workloads", workloads),
        snapshot(**changes),
        surroundings,
        read_namespace,
        clocks,
        refusals or Refusals(),
    )


def pause(
    workloads: FakeWorkloads,
    by: str = "idle-dev",
    expires_in: float = 600,
    clocks: Clocks | None = None,
    namespace: NamespaceReader = SILENT,
    **changes: Any,
) -> WriteOutcome:
    return send(writes(workloads, clocks or telling(), lambda _: namespace, **changes), by, expires_in)


def send(activities: WriteActivities, by: str = "idle-dev", expires_in: float = 600) -> WriteOutcome:
    """A pause that was decided just now by Temporal's clock, or as much too late."""
    environment = ActivityEnvironment()
    environment.info = replace(ActivityEnvironment.default_info(), started_time=NOW)
    order = SendPause(
        ref=REF,
        resource_version="42",
        record=PauseRecord(pause_id="p", instance="me", policy=by, paused_at=NOW, original_replicas=3),
        not_after=NOW + timedelta(seconds=expires_in),
    )
    outcome: WriteOutcome = environment.run(activities.send_pause, order)
    return outcome


def test_the_second_write_goes_out_under_what_the_first_returned() -> None:
    workloads = FakeWorkloads()
    assert pause(workloads).result == "done"
    assert [(act, version) for act, version, _ in workloads.calls] == [("annotate", "42"), ("put_to_sleep", "43")]


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"hold": Hold(by="anna", since=NOW)}, "a hold is on, set by anna"),
        ({"policies": ()}, "there is no policy"),
        ({"policies": (policy(suspend=True),)}, "suspended"),
        ({"policies": (policy(mode="DryRun"),)}, "DryRun"),
        ({"age": timedelta(seconds=61)}, "could not be read for more than 60 s"),
        ({"clocks": telling(lambda: NOW - 3 * HOUR)}, "the API server's clock is 3h behind"),
        ({"clocks": telling(lambda: NOW + 3 * HOUR)}, "the API server's clock is 3h ahead"),
        ({"clocks": telling(lambda: None)}, "does not say what time it is"),
    ],
    ids=["hold", "policy gone", "suspended", "dry run", "stale snapshot", "ahead", "behind", "no time told"],
)
def test_a_pause_is_refused_before_anything_is_sent(changes: dict[str, Any], because: str) -> None:
    workloads = FakeWorkloads()
    outcome = pause(workloads, **changes)
    assert outcome.result == "refused"
    assert because in outcome.sentence
    assert workloads.calls == []


def test_a_clock_that_jumped_since_the_last_answer_is_noticed_by_the_first_writes_own() -> None:
    workloads = FakeWorkloads()
    outcome = pause(workloads, clocks=telling(lambda: NOW + 3 * HOUR if workloads.calls else NOW))
    assert (outcome.result, outcome.landed) == ("refused", 1)
    assert "3h ahead" in outcome.sentence
    assert [act for act, _, _ in workloads.calls] == ["annotate"]


def test_an_expired_pause_sends_nothing() -> None:
    workloads = FakeWorkloads()
    assert pause(workloads, expires_in=0).result == "refused"
    assert workloads.calls == []


def test_a_pause_by_hand_needs_no_policy() -> None:
    assert pause(FakeWorkloads(), by=MANUAL, policies=()).result == "done"


def test_what_turns_out_to_be_protected_is_not_scaled_down_whatever_asked_for_it() -> None:
    workloads = FakeWorkloads(answer=workload(namespace="kube-system", resource_version="43"))
    outcome = pause(workloads)
    assert (outcome.result, outcome.landed) == ("refused", 1)
    assert [act for act, _, _ in workloads.calls] == ["annotate"]


def found(**annotations: str) -> FakeWorkloads:
    """What W1 returns carries these annotations too."""
    marks = {f"finops.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return FakeWorkloads(answer=workload(resource_version="43", annotations=marks))


def marked(**annotations: str) -> dict[str, Any]:
    """Its namespace carries them."""
    marks = {f"finops.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"namespace": NamespaceReader(marks={"dev-shop": marks})}


FREE_DAY = {
    "timeZone": "UTC",
    "asleep": [{"from": "Fri 20:00", "to": "Mon 07:00"}],
    "exceptions": [{"from": f"{NOW:%Y-%m-%d}", "to": f"{NOW:%Y-%m-%d}", "keep": "Awake"}],
}


@pytest.mark.parametrize(
    ("workloads", "more", "because"),
    [
        (found(exclude="true"), {}, "a person excluded it with"),
        (found(exclude="yes"), {}, '"true" or "false"'),
        (found(exclude_until=LATER), {}, "excluded it until"),
        (found(exclude_until="soon"), {}, "exclude-until"),
        (found(awake_until=LATER), {}, "kept awake until"),
        (found(), marked(exclude="true"), "excluded its namespace dev-shop"),
        (found(), marked(exclude="yes"), '"true" or "false"'),
        (found(), marked(exclude_until=LATER), "excluded its namespace dev-shop until"),
        (found(), marked(awake_until=LATER), "excluded its namespace dev-shop until"),
        (found(), {"namespace": NamespaceReader(ending=frozenset({"dev-shop"}))}, "being deleted"),
        (found(), {"policies": (policy(), policy("day-off", schedule=FREE_DAY))}, "day-off keeps it awake"),
        (found(), {"policies": (policy(scope={"namespaces": {"include": ["test"]}}),)}, "not in the policy's scope"),
        (
            found(),
            {
                "policies": (
                    policy(scope={"namespaces": {"include": ["*"]}, "selector": {"matchLabels": {"nap": "1"}}}),
                )
            },
            "labels do not match",
        ),
        (FakeWorkloads(answer=workload(resource_version="43", owner="Rollout/web")), {}, "Rollout/web"),
    ],
    ids=[
        "excluded",
        "excluded in words nobody can read",
        "excluded for an hour",
        "excluded until nobody knows when",
        "woken and kept awake",
        "namespace excluded",
        "namespace excluded in words nobody can read",
        "namespace excluded for an hour",
        "namespace kept awake",
        "namespace being deleted",
        "a day off in another policy",
        "the policy's scope was narrowed",
        "its labels changed",
        "an operator took it over",
    ],
)
def test_what_a_person_said_since_the_evaluation_is_heard_before_the_zero(
    workloads: FakeWorkloads, more: dict[str, Any], because: str
) -> None:
    outcome = pause(workloads, **more)
    assert (outcome.result, outcome.landed) == ("refused", 1)
    assert because in outcome.sentence
    assert [act for act, _, _ in workloads.calls] == ["annotate"]


@pytest.mark.parametrize(
    ("workloads", "more"),
    [
        (found(exclude_until=BEFORE, awake_until=BEFORE), {}),
        (found(), marked(exclude="false", awake_until=BEFORE)),
        (found(awake_until=LATER), {"by": MANUAL}),
    ],
    ids=["marks that are over", "a namespace's that are over", "a wake, against a pause by hand"],
)
def test_marks_that_say_nothing_against_it_hinder_no_pause(workloads: FakeWorkloads, more: dict[str, Any]) -> None:
    assert pause(workloads, **more).result == "done"


def test_a_namespace_that_cannot_be_asked_is_asked_again_before_anything_is_written() -> None:
    def read_namespace(name: str) -> NamespaceReader:
        raise Unreachable(CALL, "no route to host")

    workloads = FakeWorkloads()
    assert send(writes(workloads, telling(), read_namespace)).result == "not-sent"
    assert workloads.calls == []


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Conflict(CALL), "conflict"),
        (NotFound(CALL), "gone"),
        (Denied(CALL, status=403), "denied"),
        (Throttled(CALL, retry_after=3), "throttled"),
        (Unreachable(CALL, "refused"), "not-sent"),
        (OutcomeUnknown(CALL, reason="no answer"), "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("fails_at", [1, 2], ids=["first write", "second write"])
def test_what_became_of_a_write_is_an_outcome_not_an_exception(
    error: KubernetesError, result: str, fails_at: int
) -> None:
    outcome = pause(FakeWorkloads(fails_at=fails_at, error=error))
    assert (outcome.result, outcome.landed) == (result, fails_at - 1)
    assert outcome.sentence


def test_a_zero_that_admission_changed_is_told_with_what_it_came_to_and_is_not_tried_for_a_while() -> None:
    refusals = Refusals()
    workloads = FakeWorkloads(fails_at=2, error=CountChanged(CALL, count=1, asked=0))
    outcome = send(writes(workloads, telling(), refusals=refusals))
    assert (outcome.result, outcome.landed, outcome.changed_to) == ("denied", 2, 1)
    assert refusals.objection(REF, tries=True) is Reason.REFUSED


def resume(
    name: str, fails_at: int = 0, error: KubernetesError | None = None, refusals: Refusals | None = None
) -> WriteOutcome:
    activities = writes(FakeWorkloads(fails_at, error), telling(lambda: None), refusals=refusals)
    ref = WorkloadRef(namespace="dev-shop", name=name, uid="u1")
    order = SendResume(ref=ref, resource_version="50", replicas=3, note=None)
    outcome: WriteOutcome = ActivityEnvironment().run(activities.send_resume, order)
    return outcome


def test_a_wake_that_is_refused_again_and_again_is_one_alert_for_each_cause(caplog: pytest.LogCaptureFixture) -> None:
    scale = Call(verb="patch", resource="deployments/scale", namespace="dev-shop", name="stuck", writes=True)
    refusals = Refusals()
    for error in (Denied(scale, status=403), Denied(scale, status=403, webhook="guard.example.com"), None):
        for _ in range(4):
            resume("stuck", 0 if error is None else 1, error, refusals)
    resume("stuck", 1, Denied(scale, status=403), refusals)
    said = [record.getMessage() for record in caplog.records if record.name == "finops.alerts"]
    assert ["webhook" in sentence for sentence in said] == [False, True, False]


@pytest.mark.parametrize(
    "error",
    [Rejected(CALL, status=400), UnexpectedAnswer(CALL, "no body"), CountChanged(CALL, count=5, asked=3)],
    ids=["rejected", "odd answer", "another count"],
)
def test_a_write_that_nobody_expected_to_fail_is_an_alert_too(
    error: KubernetesError, caplog: pytest.LogCaptureFixture
) -> None:
    assert resume(type(error).__name__.lower(), 1, error).result == "unknown"
    assert [record.name for record in caplog.records] == ["finops.alerts"]


def test_a_resume_scales_first_and_clears_last() -> None:
    workloads = FakeWorkloads()
    activities = writes(workloads, telling(lambda: None))
    order = SendResume(ref=REF, resource_version="50", replicas=3, note=None)
    assert ActivityEnvironment().run(activities.send_resume, order).landed == 2
    assert [(act, version) for act, version, _ in workloads.calls] == [("give_back", "50"), ("annotate", "44")]


@pytest.mark.parametrize(
    ("fence_at", "resumed_at"),
    [(None, None), (NOW, to_rfc3339(NOW))],
    ids=["only the record goes", "a fence changes something for certain"],
)
def test_a_clear_annotates_and_scales_nothing(fence_at: datetime | None, resumed_at: str | None) -> None:
    workloads = FakeWorkloads()
    order = SendClear(ref=REF, resource_version="50", note=None, fence_at=fence_at)
    assert ActivityEnvironment().run(writes(workloads, telling(lambda: None)).send_clear, order).landed == 1
    ((act, version, patch),) = workloads.calls
    assert (act, version, patch.get(RESUMED_AT)) == ("annotate", "50", resumed_at)
    assert {key for key, value in patch.items() if value is None} >= {PAUSED, PAUSE_ID, ORIGINAL_REPLICAS}
