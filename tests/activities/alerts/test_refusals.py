"""What was refused is no candidate for a while, and told once a cause and namespace."""

import pytest

from activities.alerts.refusals import TRIAL_TAKES, TRIED_AGAIN_AFTER, Act, Refusals
from activities.errors import Call, Denied, KubernetesError, Rejected
from policies.checks.reasons import Reason
from policies.workload import WorkloadRef

WEB, API = (WorkloadRef(namespace="a", name=name) for name in ("web", "api"))
ELSEWHERE = WorkloadRef(namespace="b", name="web")
CALL = Call(verb="patch", resource="deployments", namespace="a", name="web", writes=True)


@pytest.mark.parametrize(
    ("error", "of_web", "of_api"),
    [
        (Denied(CALL, status=403), Reason.MAY_NOT_WRITE, Reason.MAY_NOT_WRITE),
        (Denied(CALL, status=403, webhook="guard.example.com"), Reason.REFUSED, None),
        (Denied(CALL, status=422), Reason.REFUSED, None),
        (Rejected(CALL, status=400), Reason.REFUSED, None),
        (Denied(CALL, status=401), None, None),
    ],
    ids=["no right", "webhook", "admission policy", "rejected", "credentials"],
)
def test_a_right_is_missing_in_a_namespace_and_admission_refuses_one_workload(
    error: KubernetesError, of_web: Reason | None, of_api: Reason | None
) -> None:
    refusals = Refusals()
    refusals.note(WEB, error)
    assert [refusals.objection(ref, tries=True) for ref in (WEB, API, ELSEWHERE)] == [of_web, of_api, None]


def test_after_an_hour_one_workload_of_the_namespace_is_tried_at_a_time() -> None:
    now = 0.0
    refusals = Refusals(lambda: now)
    refusals.note(WEB, Denied(CALL, status=403))
    now = TRIED_AGAIN_AFTER
    assert refusals.objection(API, tries=False) is None  # a dry run would try nothing
    tried = [refusals.objection(ref, tries=True) for ref in (API, WEB)]
    assert tried == [None, Reason.MAY_NOT_WRITE]
    now += TRIAL_TAKES
    assert refusals.objection(WEB, tries=True) is None


@pytest.mark.parametrize(
    ("act", "of_web"), [("pause", None), ("wake", Reason.MAY_NOT_WRITE), ("record", Reason.MAY_NOT_WRITE)]
)
def test_only_a_pause_that_is_done_opens_the_namespace_again(act: Act, of_web: Reason | None) -> None:
    refusals = Refusals()
    refusals.note(WEB, Denied(CALL, status=403))
    refusals.settle(act, API)
    assert refusals.objection(WEB, tries=True) is of_web


def test_a_clean_up_that_lands_makes_the_refused_pause_no_news(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    for _ in range(3):
        refusals.tell("denied", "pause", WEB, Denied(CALL, status=403))
        refusals.settle("wake", WEB)
    assert len(caplog.records) == 1


def test_twenty_refusals_of_one_cause_are_one_alert_and_a_wakes_is_another(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    acts: tuple[Act, ...] = ("pause", "wake")
    for act in acts:
        for number in range(20):
            refusals.tell("denied", act, WorkloadRef(namespace="a", name=f"web-{number}"), Denied(CALL, status=403))
    assert [record.getMessage().rpartition("; ")[2] for record in caplog.records] == [
        "this one alert stands for every pause that is refused so in namespace a",
        "this one alert stands for every wake that is refused so in namespace a",
    ]


def test_another_workload_that_works_does_not_make_the_same_trouble_news(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    for _ in range(3):
        refusals.tell("denied", "wake", WEB, Denied(CALL, status=422))
        refusals.settle("wake", API)
    assert len(caplog.records) == 1
    refusals.settle("wake", WEB)
    refusals.tell("denied", "wake", WEB, Denied(CALL, status=422))
    assert len(caplog.records) == 2
