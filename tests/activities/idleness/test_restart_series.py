"""Crash loops, as kube-state-metrics counts restarts, in a real Prometheus."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases import policy
from idleactors import END, Actor, Past, constant
from idlemonth import Month, remembered

from activities.idleness.prometheus_source import PrometheusSource
from activities.idleness.restart_series import ask_restarts, crashed_throughout
from activities.kube.objects.routing import Routing
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import SeriesScope
from policies.idleness.answers import IdleAnswer, IdlenessVerdict

AT = END - timedelta(hours=1)
SPAN = timedelta(hours=48)
FIRST = END - timedelta(days=3)
MINUTE = timedelta(minutes=1)
SILENT = (timedelta(hours=50), timedelta(hours=60))


def every(minutes: int) -> Callable[[timedelta], int]:
    return lambda since: int(since / timedelta(minutes=minutes))


RESTARTS: dict[str, Callable[[timedelta], int]] = {
    "throughout": every(6),
    "without-traffic": every(6),
    "since-yesterday": lambda since: max(0, every(6)(since - timedelta(hours=48))),
    "beside-a-broken-one": every(6),
    "with-a-pause": lambda since: every(6)(min(since, timedelta(hours=50)) + max(timedelta(0), since - SILENT[1])),
    "every-hour": every(60),
    "long-ago": lambda since: 800,
}
"""How often each had restarted, so long after FIRST."""
LOOPS = ("throughout", "without-traffic")
CAST = tuple(
    Actor(name, "unclear", (Past(constant(0.002), constant(0 if name == "without-traffic" else 260)),))
    for name in RESTARTS
)
UNDER = policy(minHourlyCost=None, idleWindow="48h", seasonGate="Off")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The pods of CAST, with their restarts."""
    lines = ["# TYPE kube_pod_container_status_restarts gauge"]
    for actor in CAST:
        labels = f'namespace="{actor.workload.ref.namespace}",pod="{actor.pod_name(actor.pods[0])}",container="main"'
        if actor.name == "beside-a-broken-one":
            sound = labels.replace("main", "sound")
            lines += [
                f"kube_pod_container_status_restarts_total{{{sound}}} 0 {(FIRST + step * MINUTE).timestamp():.0f}"
                for step in range(int((END - FIRST) / MINUTE))
            ]
        for step in range(int((END - FIRST) / timedelta(minutes=1))):
            since = timedelta(minutes=step)
            at = (FIRST + since).timestamp()
            count = RESTARTS[actor.name](since)
            lines.append(f"kube_pod_container_status_restarts_total{{{labels}}} {count} {at:.0f}")
    with remembered(tmp_path_factory.mktemp("crashes"), CAST, more="\n".join(lines)) as made:
        yield made


def judge(month: Month, *, crashing: bool) -> dict[str, IdleAnswer]:
    """As a worker would, with pods that Kubernetes says are in a crash loop, or run."""
    source = PrometheusSource(
        Prometheus(month.client),
        lambda _: {
            actor.workload.ref.key: tuple(
                replace(pod, crash_looping=crashing, restarted_at=AT - timedelta(minutes=2))
                for pod in actor.running(AT)
            )
            for actor in CAST
        },
        Routing,
        lambda: datetime.now(UTC),
    )
    measured = source.fetch(AT, [UNDER])
    assert measured.problem == ""
    return {actor.name: measured.judge(actor.workload, UNDER) for actor in CAST}


def test_only_what_began_anew_through_all_of_the_window_is_in_a_crash_loop(month: Month) -> None:
    prometheus = Prometheus(month.client)
    deadline = prometheus.deadline(60)
    answers = {each.name: prometheus.query(each, AT, deadline) for each in ask_restarts(SeriesScope(("*",)), SPAN)}
    found = {
        actor.name: crashed_throughout(answers, (actor.workload.ref.namespace, actor.pod_name(actor.pods[0])), SPAN)
        for actor in CAST
    }
    assert found == {name: name in LOOPS for name in RESTARTS}


def test_a_crash_loop_is_idle_and_every_other_restart_is_an_objection(month: Month) -> None:
    answers = judge(month, crashing=True)
    assert {name for name, answer in answers.items() if answer.verdict is IdlenessVerdict.IDLE} == set(LOOPS)
    assert "crash loop no container of its 1 pod lived for 15 minutes" in answers["throughout"].sentence
    assert "changes: pod every-hour" in answers["every-hour"].sentence


def test_what_runs_at_this_moment_is_no_crash_loop_and_restarts_are_not_asked_for(month: Month) -> None:
    asked: list[str] = []
    month.client.event_hooks["request"] = [lambda request: asked.append(request.url.params["query"])]
    answers = judge(month, crashing=False)
    month.client.event_hooks["request"] = []
    assert {answer.verdict for answer in answers.values()} == {IdlenessVerdict.BUSY}
    assert not any("restarts_total" in query for query in asked)
