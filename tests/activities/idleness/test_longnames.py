"""Deployments whose pods' names are cut: the hash and the letters need 17 of 63 characters."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cases import policy
from idleactors import END, Actor, Past, constant
from idlecast import DAY, idle_pod, short_lives
from idlemonth import Month, remembered

from activities.prometheus.expressions import name_in_pod, names_in_pods
from policies.idleness.answers import IdleAnswer, IdlenessVerdict

ALIKE, ALONE = "recommendation-service-for-returning-customers", "subscription-renewal-reminders-for-small-tenan"
"""46 characters each."""
HASH = "7d9f8c6b5d"
UNDER = policy(minHourlyCost=None, idleWindow="48h")


def named(name: str, *pods: Past) -> Actor:
    return Actor(name, "unclear", tuple(Past(**{**vars(pod), "template": HASH}) for pod in pods))


CAST = (
    named(f"{ALIKE}-eu-west-01", idle_pod(), *short_lives(constant(0.2), constant(30_000), DAY / 2)),
    named(f"{ALIKE}-eu-west-02", idle_pod(letters="x2x5z")),
    named(f"{ALONE}ts-eu-west1", idle_pod()),
)
"""The first was at work in pods that have ended; the second begins like it; no other begins like the third."""


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    with remembered(tmp_path_factory.mktemp("long"), CAST) as made:
        yield made


@pytest.fixture(scope="module")
def answers(month: Month) -> dict[str, IdleAnswer]:
    return month.judge(UNDER, END - timedelta(hours=1))


@pytest.mark.parametrize("number", [0, 1], ids=["its own", "those of one that begins alike"])
def test_work_of_pods_that_ended_is_seen_and_in_doubt_it_was_theirs(
    answers: dict[str, IdleAnswer], number: int
) -> None:
    answer = answers[CAST[number].name]
    assert answer.verdict is IdlenessVerdict.BUSY
    assert answer.sentence.startswith(f"CPU: pod {ALIKE}-eu-west-01-")


def test_past_weeks_are_seen(answers: dict[str, IdleAnswer]) -> None:
    answer = answers[CAST[2].name]
    assert (answer.verdict, answer.gate.endswith(("in 3 past weeks", "in 4 past weeks"))) == ("idle", True)


def test_weeks_before_it_was_created_are_not_its_own(month: Month) -> None:
    at = END - timedelta(hours=1)
    young = CAST[2].workload.model_copy(update={"created_at": END - timedelta(days=3)})
    answer = month.source(at).fetch(at, [UNDER]).judge(young, UNDER)
    assert "history of 0 whole weeks" in answer.sentence


@pytest.mark.parametrize("hash_length", range(1, 11))
@pytest.mark.parametrize("length", [1, 20, *range(44, 64)])
def test_every_pod_of_every_length_leads_to_its_deployment(length: int, hash_length: int) -> None:
    name = ("abc-defg-" * 8)[: length - 1] + "x"
    pod = f"{name}-{HASH[:hash_length]}-"[:58] + "x2x4z"
    assert name_in_pod(pod) in names_in_pods(name)
