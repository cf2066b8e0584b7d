from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import NOW, case, policy, workload
from cases import surroundings as around

from policies.checks import CHECKS, Autoscalers
from policies.checks.backends import Backend, Backends
from policies.checks.decision import as_candidate, evaluate, explain, object_to_pause_by_hand
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer, HourlyCost
from policies.idleness.answers import IdleAnswer, IdlenessVerdict, Sign, Word
from policies.times import to_rfc3339
from policies.workload import Rollout, Writer

RUNNING = workload().rollout
HALF_WAY = {"updated_replicas": 1, "progressing_reason": "ReplicaSetUpdated"}
FOREIGN = {"downscaler/original-replicas": "2"}
KEY = workload().ref.key
ITSELF = frozenset({KEY})
MINUTE_AGO, HOUR_AGO = NOW - timedelta(minutes=1), NOW - timedelta(hours=1)
SOON = to_rfc3339(NOW + timedelta(minutes=5))
WEEKEND = {"timeZone": "UTC", "asleep": [{"from": "Fri 20:00", "to": "Mon 07:00"}]}


IDLE = IdleAnswer(
    verdict=IdlenessVerdict.IDLE, sentence="idle for 48h: CPU mean 0.0020 cores", gate="quiet in 3 past weeks"
)
BUSY = IdleAnswer(verdict=IdlenessVerdict.BUSY, sentence="requests: 12 of them (Istio)")


def noted(**annotations: str) -> Any:
    return workload(annotations={f"finops.io/{key.replace('_', '-')}": value for key, value in annotations.items()})


def in_a_namespace(**annotations: str) -> Any:
    marks = {f"finops.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return around(namespace_marks={"dev-shop": marks, "test": {"finops.io/exclude": "true"}})


def written_by(manager: str, **entry: Any) -> Any:
    return workload(writers=(Writer(manager=manager, operation="Update", time=HOUR_AGO, **entry),))


def rollout(**changes: Any) -> Any:
    return workload(rollout=RUNNING.model_copy(update=changes))


def scaled_by_its_autoscaler(at: datetime) -> Any:
    return workload(writers=(Writer(manager="kube-controller-manager", subresource="scale", time=at),))


def scaled_from_zero(at: datetime) -> Any:
    """The Deployment does not tell, its HorizontalPodAutoscaler does."""
    return around(autoscalers=Autoscalers(horizontal=ITSELF, scaled_at={KEY: at}))


def scaled_up(at: datetime) -> Any:
    """Five are wanted and three are there, as under a quota; of the rollout itself the controller says it is done."""
    return workload(replicas=5, writers=(Writer(manager="kubectl", time=at, writes_spec=True),))


@pytest.mark.parametrize(
    ("reason", "judged"),
    [
        (Reason.PAUSE, case()),
        (Reason.OUTSIDE_SCHEDULE, case(under=policy(schedule=WEEKEND))),
        (
            Reason.NAMESPACE_NOT_IN_SCOPE,
            case(under=policy(scope={"namespaces": {"include": ["dev-*"], "exclude": ["*-shop"]}})),
        ),
        (
            Reason.LABELS_DO_NOT_MATCH,
            case(under=policy(scope={"namespaces": {"include": ["*"]}, "selector": {"matchLabels": {"tier": "web"}}})),
        ),
        (Reason.ALREADY_PAUSED, case(noted(paused="true", instance="me"))),
        (Reason.OTHER_INSTANCE, case(noted(paused="true", instance="them"))),
        (Reason.OTHER_INSTANCE, case(noted(paused="true"))),
        (Reason.OTHER_INSTANCE, case(noted(original_replicas="three"))),
        (Reason.OTHER_INSTANCE, case(noted(original_replicas="3", instance="them"))),
        (Reason.ALREADY_PAUSED, case(noted(original_replicas="3", instance="me"))),
        (Reason.EXCLUDED, case(noted(exclude="true"))),
        (Reason.EXCLUDED, case(noted(exclude_until=SOON))),
        (Reason.EXCLUDED, case(noted(exclude_until="2026-11-23"))),
        (Reason.PAUSE, case(noted(exclude_until="2026-11-22"))),
        (Reason.PAUSE, case(noted(exclude="false"))),
        (Reason.INVALID_ANNOTATION, case(noted(exclude="yes"))),
        (Reason.INVALID_ANNOTATION, case(noted(exclude_until="tomorrow"))),
        (Reason.INVALID_ANNOTATION, case(noted(awake_until="2026-11-24 07:00"))),
        (Reason.EXCLUDED, case(around=in_a_namespace(exclude="true"))),
        (Reason.EXCLUDED, case(around=in_a_namespace(exclude_until=SOON))),
        (Reason.EXCLUDED, case(around=in_a_namespace(awake_until=SOON))),
        (Reason.EXCLUDED, case(around=in_a_namespace(exclude_until="2026-11-22", awake_until=SOON))),
        (Reason.PAUSE, case(around=in_a_namespace(exclude_until="2026-11-22"))),
        (Reason.INVALID_ANNOTATION, case(around=in_a_namespace(exclude_until="tomorrow"))),
        (Reason.PROTECTED, case(workload(namespace="kube-system"))),
        (
            Reason.PROTECTED,
            case(workload(namespace="istio-cni"), around=around(protected_namespaces=("istio-*",))),
        ),
        (Reason.PROTECTED, case(workload(priority_class="system-cluster-critical"))),
        (
            Reason.PROTECTED,
            case(around=around(backends=Backends.of([Backend(namespace="dev-shop", because="called")]))),
        ),
        (Reason.BEING_DELETED, case(workload(being_deleted=True))),
        (Reason.BEING_DELETED, case(around=around(ending_namespaces=frozenset({"dev-shop"})))),
        (Reason.AT_ZERO, case(workload(replicas=0))),
        (Reason.AT_ZERO, case(workload(replicas=0, annotations=FOREIGN))),
        (Reason.FOREIGN_RECORD, case(workload(annotations=FOREIGN))),
        (Reason.OWNED_BY_CONTROLLER, case(workload(owner="Rollout/checkout"))),
        (Reason.MANAGED_BY_KEDA, case(written_by("keda", subresource="scale"))),
        (
            Reason.MANAGED_BY_KEDA,
            case(around=around(autoscalers=Autoscalers(keda=ITSELF))),
        ),
        (Reason.PAUSE, case(around=around(autoscalers=Autoscalers(horizontal=ITSELF)))),
        (
            Reason.AUTOSCALER_SCALES_FROM_ZERO,
            case(around=around(autoscalers=Autoscalers(horizontal=ITSELF, from_zero=ITSELF))),
        ),
        (
            Reason.AUTOSCALER_UNKNOWN,
            case(written_by("kube-controller-manager", subresource="scale"), around=around(autoscalers=None)),
        ),
        (Reason.PAUSE, case(around=around(autoscalers=None))),
        (Reason.MANAGED_BY_GITOPS, case(written_by("argocd-controller", owns_replicas=True))),
        (Reason.MANAGED_BY_GITOPS, case(written_by("kustomize-controller", owns_replicas=True))),
        (Reason.PAUSE, case(written_by("argocd-controller", owns_replicas=True), under=policy(gitOps="Pause"))),
        (Reason.PAUSE, case(written_by("helm", owns_replicas=True))),
        (Reason.PAUSE, case(written_by("argocd-controller"))),
        (Reason.ROLLOUT_IN_PROGRESS, case(rollout(**HALF_WAY, progressing_updated_at=MINUTE_AGO))),
        (Reason.ROLLOUT_IN_PROGRESS, case(rollout(**HALF_WAY, progressing_updated_at=HOUR_AGO, deadline_seconds=7200))),
        (Reason.PAUSE, case(rollout(**HALF_WAY, progressing_updated_at=HOUR_AGO))),
        (Reason.ROLLOUT_IN_PROGRESS, case(rollout(generation=2))),
        (Reason.PAUSE, case(rollout(available_replicas=0, progressing_reason="ProgressDeadlineExceeded"))),
        (Reason.PAUSE, case(rollout(progressing_reason=None))),
        (Reason.ROLLOUT_IN_PROGRESS, case(rollout(updated_replicas=1, progressing_reason=None))),
        (Reason.ROLLOUT_IN_PROGRESS, case(scaled_up(MINUTE_AGO))),
        (Reason.PAUSE, case(scaled_up(HOUR_AGO))),
        (Reason.ROLLOUT_PAUSED, case(rollout(paused=True))),
        (Reason.KEPT_AWAKE, case(noted(awake_until=SOON, awake_because="person"))),
        (Reason.PAUSE, case(noted(awake_until=to_rfc3339(HOUR_AGO), awake_because="person"))),
        (Reason.COOLING_DOWN, case(workload(created_at=MINUTE_AGO))),
        (Reason.COOLING_DOWN, case(rollout(progressing_updated_at=MINUTE_AGO))),
        (Reason.COOLING_DOWN, case(scaled_by_its_autoscaler(MINUTE_AGO))),
        (Reason.PAUSE, case(scaled_by_its_autoscaler(HOUR_AGO))),
        (Reason.COOLING_DOWN, case(around=scaled_from_zero(MINUTE_AGO))),
        (Reason.PAUSE, case(around=scaled_from_zero(HOUR_AGO))),
        (Reason.COOLING_DOWN, case(noted(resumed_at=to_rfc3339(MINUTE_AGO)))),
        (
            Reason.COOLING_DOWN,
            case(workload(writers=(Writer(manager="kubectl-edit", time=MINUTE_AGO, writes_spec=True),))),
        ),
        (
            Reason.PAUSE,
            case(workload(writers=(Writer(manager="kube-controller-manager", time=MINUTE_AGO, writes_spec=True),))),
        ),
        (Reason.IDLE_UNKNOWN, case(under=policy(idleWindow="48h"))),
        (Reason.IDLE_UNKNOWN, case(under=policy(idleWindow="48h", minHourlyCost=0.5))),
        (Reason.NOT_IDLE, case(under=policy(idleWindow="48h"), idleness=BUSY)),
        (Reason.PAUSE, case(under=policy(idleWindow="48h"), idleness=IDLE)),
        (Reason.COST_BELOW_THRESHOLD, case(under=policy(idleWindow="48h", minHourlyCost=0.5), idleness=IDLE)),
        (Reason.PAUSE, case(idleness=BUSY)),
        (Reason.COST_BELOW_THRESHOLD, case(under=policy(minHourlyCost=0.5))),
        (Reason.COST_UNKNOWN, case(cost=CostAnswer(unknown_because="nobody knows"))),
        (
            Reason.COST_UNKNOWN,
            case(cost=CostAnswer(cost=HourlyCost(amount=20_000, currency="USD", source="OpenCost"))),
        ),
        (Reason.COST_UNKNOWN, case(cost=CostAnswer(cost=HourlyCost(amount=-1, currency="USD", source="OpenCost")))),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_the_first_failing_check_gives_the_reason(reason: Reason, judged: Any) -> None:
    decision = evaluate(judged)
    assert decision.reason is reason, decision.sentence
    assert decision.sentence


@pytest.mark.parametrize("amount", [1e12, -1.0, float("inf"), float("nan")])
def test_a_cost_that_cannot_be_one_is_nobodys_even_where_no_policy_asks_for_it(amount: float) -> None:
    cost = CostAnswer(cost=HourlyCost(amount=amount, currency="USD", source="OpenCost"))
    judged = case(under=policy(minHourlyCost=None, idleWindow="48h"), cost=cost, idleness=IDLE)
    decision = evaluate(judged)
    assert (decision.reason, decision.cost, as_candidate(judged, decision).cost) == (Reason.PAUSE, None, None)
    assert decision.evidence["doubt"] == "OutOfBounds"


def test_a_tracked_object_whose_count_is_left_out_of_git_may_sleep() -> None:
    tracked = workload(
        labels={"kustomize.toolkit.fluxcd.io/name": "apps"},
        annotations={"kubectl.kubernetes.io/last-applied-configuration": '{"spec": {}}'},
    )
    assert evaluate(case(tracked)).reason is Reason.PAUSE


def test_an_unreadable_manifest_counts_as_holding_a_count() -> None:
    tracked = workload(
        labels={"kustomize.toolkit.fluxcd.io/name": "apps"},
        annotations={"kubectl.kubernetes.io/last-applied-configuration": "{"},
    )
    assert evaluate(case(tracked)).reason is Reason.MANAGED_BY_GITOPS


def test_a_decision_carries_the_figures_behind_it() -> None:
    decision = evaluate(case(under=policy(minHourlyCost=0.5)))
    assert decision.evidence == {"hourly cost": "0.1200 USD/h (price list)", "threshold": "0.5 USD/h"}


def test_a_pause_of_what_is_idle_says_so_and_carries_the_evidence() -> None:
    word = Word(signal="CPU", sign=Sign.QUIET, sentence="mean 0.0020 cores", coverage=1)
    decision = evaluate(case(under=policy(idleWindow="48h"), idleness=IDLE.model_copy(update={"words": (word,)})))
    assert decision.sentence.endswith("at least 0.02, and idle for 48h: CPU mean 0.0020 cores")
    assert decision.evidence == {
        "hourly cost": "0.1200 USD/h (price list)",
        "CPU": "quiet: mean 0.0020 cores",
        "season gate": "quiet in 3 past weeks",
    }


def test_a_person_is_not_asked_for_idleness() -> None:
    assert object_to_pause_by_hand(case(under=policy(idleWindow="48h"), idleness=BUSY)) is None


def test_outside_its_windows_a_policy_says_when_the_next_one_begins() -> None:
    sentence = evaluate(case(under=policy(schedule=WEEKEND))).sentence
    assert sentence == "the policy wants nothing asleep before Fri 27 Nov 20:00 UTC (Fri 20:00 to Mon 07:00)"


def test_a_schedule_whose_days_are_over_says_so() -> None:
    over = {"timeZone": "UTC", "exceptions": [{"from": "2026-01-01", "to": "2026-01-02", "keep": "Asleep"}]}
    assert "its days are over" in evaluate(case(under=policy(schedule=over))).sentence


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-11-27T19:59:59Z", Reason.OUTSIDE_SCHEDULE),
        ("2026-11-27T20:00:00Z", Reason.PAUSE),
        ("2026-11-30T06:30:00Z", Reason.PAUSE),
        ("2026-11-30T06:30:01Z", Reason.ENDS_SOON),
        ("2026-11-30T07:00:00Z", Reason.OUTSIDE_SCHEDULE),
    ],
)
def test_a_policy_with_a_schedule_acts_inside_its_windows_and_not_just_before_one_ends(
    now: str, reason: Reason
) -> None:
    judged = case(under=policy(schedule=WEEKEND), around=around(now=datetime.fromisoformat(now)))
    assert evaluate(judged).reason is reason


def test_explain_shows_every_check_also_behind_the_first_that_fails() -> None:
    paused = workload(replicas=0, owner="Rollout/x", rollout=RUNNING.model_copy(update={"paused": True}))
    findings = [finding.reason for answer in explain(case(paused)) if (finding := answer.finding)]
    assert findings == [Reason.AT_ZERO, Reason.OWNED_BY_CONTROLLER, Reason.ROLLOUT_PAUSED]
    assert len(explain(case())) == len(CHECKS)


def test_checks_run_in_the_order_of_their_codes() -> None:
    order = [list(Reason).index(reason) for check in CHECKS for reason in check.reasons]
    assert order == sorted(order)


def test_cooldown_is_the_policys_own() -> None:
    touched = rollout(progressing_updated_at=MINUTE_AGO)
    assert evaluate(case(touched, under=policy(cooldownWindow="30s"))).reason is Reason.PAUSE


def test_a_rollout_without_condition_is_judged_by_its_counts() -> None:
    counts = Rollout(generation=2, observed_generation=2, status_replicas=3, updated_replicas=2, available_replicas=3)
    assert evaluate(case(workload(rollout=counts))).reason is Reason.ROLLOUT_IN_PROGRESS


@pytest.mark.parametrize(
    ("autoscaled", "autoscalers"),
    [(True, Autoscalers(horizontal=ITSELF)), (False, Autoscalers()), (False, None)],
    ids=["targeted", "not targeted", "unknown"],
)
def test_a_candidate_tells_whether_an_hpa_targets_it(autoscaled: bool, autoscalers: Autoscalers | None) -> None:
    judged = case(around=around(autoscalers=autoscalers))
    assert as_candidate(judged, evaluate(judged)).autoscaled is autoscaled
