"""`finops explain` asks its questions in people's words: each has an answer, and the figures behind it."""

from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, case, policy, workload
from cases import surroundings as around

from policies.checks import CHECKS, AnswerKind, Autoscalers
from policies.checks.decision import Answer, explain
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer, HourlyCost
from policies.idleness.answers import IdleAnswer, IdlenessVerdict
from policies.times import to_rfc3339

BERLIN = {"timeZone": "Europe/Berlin", "asleep": [{"from": "Mon 10:00", "to": "Wed 07:00"}]}
IDLE = IdleAnswer(verdict=IdlenessVerdict.IDLE, sentence="CPU mean 0.0020 cores")
BUSY = IdleAnswer(verdict=IdlenessVerdict.BUSY, sentence="12 requests (Istio)")
UNMEASURED = IdleAnswer(sentence="Prometheus does not answer")
DEAR = CostAnswer(cost=HourlyCost(amount=0.0802, currency="USD", source="price list"))
CHEAP = CostAnswer(cost=HourlyCost(amount=0.01, currency="USD", source="price list"))
UNPRICED = CostAnswer(unknown_because="no container has requests")


def answers(**asked: Any) -> dict[str, Answer]:
    """By their questions."""
    return {answer.question: answer for answer in explain(case(**asked))}


@pytest.mark.parametrize(
    ("asked", "question", "reply", "figures"),
    [
        ({"under": policy(idleWindow="4h"), "idleness": IDLE}, "idle for 4h?", "yes", "CPU mean 0.0020 cores"),
        ({"under": policy(idleWindow="4h"), "idleness": BUSY}, "idle for 4h?", "no", "12 requests (Istio)"),
        ({"under": policy(idleWindow="4h"), "idleness": UNMEASURED}, "idle for 4h?", "not known", "does not answer"),
        ({}, "idle?", "not asked", "the policy has no idleWindow"),
        (
            {"under": policy(minHourlyCost=0.02), "cost": DEAR},
            "costs at least 0.02 USD an hour?",
            "yes",
            "0.0802 USD/h (price list)",
        ),
        ({"under": policy(minHourlyCost=0.02), "cost": CHEAP}, "costs at least 0.02 USD an hour?", "no", "0.0100 USD"),
        (
            {"under": policy(minHourlyCost=0.02), "cost": UNPRICED},
            "costs at least 0.02 an hour?",
            "not known",
            "has re",
        ),
        (
            {"under": policy(minHourlyCost=None, idleWindow="4h"), "cost": CHEAP},
            "costs enough?",
            "not asked",
            "no minHourlyCost",
        ),
        (
            {"under": policy(schedule=BERLIN)},
            "within the schedule, for another 30m?",
            "yes",
            "until Wed 25 Nov 07:00 CET",
        ),
        ({}, "within the schedule?", "not asked", "the policy has no schedule"),
        (
            {"under": policy(scope={"namespaces": {"include": ["x-*", "dev-*"]}})},
            "in the policy's scope?",
            "yes",
            "namespace dev-shop matches dev-*",
        ),
        ({"under": policy(cooldownWindow="30m")}, "touched in the last 30m?", "no", "it was "),
        ({}, "scaled to zero by somebody else?", "no", "3 replicas"),
        ({"of": workload(replicas=0)}, "scaled to zero by somebody else?", "yes", "not because of us"),
        ({"of": workload(annotations={"finops.io/exclude": "true"})}, "left alone by an exclusion?", "yes", "a person"),
        ({"of": workload(annotations={"finops.io/exclude": "ja"})}, "left alone by an exclusion?", "not known", "ja"),
        (
            {"of": workload(annotations={"finops.io/awake-until": "soon"})},
            "finops.io annotations readable?",
            "no",
            "soon",
        ),
        ({"of": workload(annotations={"finops.io/exclude": "ja"})}, "finops.io annotations readable?", "no", "ja"),
        ({"under": policy(gitOps="Pause")}, "replica count held by Argo CD or Flux?", "not asked", "gitOps: Pause"),
        (
            {"around": around(autoscalers=Autoscalers(horizontal=frozenset({workload().ref.key})))},
            "scaled by KEDA, or by an HPA from zero?",
            "no",
            "its HPA rests while it sleeps",
        ),
    ],
    ids=str,
)
def test_a_question_has_an_answer_and_its_figures(
    asked: dict[str, Any], question: str, reply: str, figures: str
) -> None:
    answer = answers(**asked)[question]
    assert (answer.reply, figures in answer.figures) == (reply, True), answer


def test_what_keeps_it_awake_is_said_in_words_on_the_clocks_of_the_policy() -> None:
    carried = {"finops.io/awake-until": to_rfc3339(NOW + timedelta(hours=1)), "finops.io/awake-because": "person"}
    answer = answers(of=workload(annotations=carried), under=policy(schedule=BERLIN))["kept awake?"]
    ends = (NOW + timedelta(hours=2)).strftime("%H:%M")  # Berlin is an hour ahead of UTC in November
    assert answer.figures == f"kept awake until {NOW:%a %d %b} {ends} CET: a person woke it"


def test_only_an_answer_that_stops_the_pause_has_a_finding() -> None:
    found = explain(case(workload(replicas=0)))
    assert [answer.question for answer in found if answer.finding is not None] == ["scaled to zero by somebody else?"]


def test_every_check_asks_one_question_of_its_own_and_gives_the_codes_of_its_answers() -> None:
    found = explain(case())
    assert len({answer.question for answer in found}) == len(CHECKS)
    assert [answer.question for answer in found if not answer.question.endswith("?")] == []
    assert {code for answer in found for code in answer.codes} == {code for check in CHECKS for code in check.reasons}
    assert {answer.reply for answer in found} == {AnswerKind.YES, AnswerKind.NO, AnswerKind.NOT_ASKED}
    assert Reason.COST_UNKNOWN in found[-1].codes
