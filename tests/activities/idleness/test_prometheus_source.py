from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cases import policy
from httpanswers import Answer, AnsweringServer
from idleactors import END, NAMESPACE, Actor
from idlecast import CAST, IDLE
from idlemonth import Month, connected, routing_of

from activities.errors import Call, Denied, Unreachable
from activities.idleness.prometheus_source import PrometheusSource
from activities.idleness.source import UsageAverage
from activities.kube.objects.pods import RunningPod
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Filters
from policies.idleness.answers import IdlenessVerdict
from policies.keys import WorkloadKey
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload

AT = END - timedelta(hours=1)
PROBE_ONLY = next(actor for actor in IDLE if actor.name == "probe-only")
NEVER_MEASURED = next(actor for actor in CAST if actor.name == "never-measured")


def asking(name: str = "idle-dev", **spec: Any) -> EnforcementPolicy:
    return policy(name, **({"minHourlyCost": None, "idleWindow": "48h"} | spec))


def pods_of(*actors: Actor) -> Callable[[Callable[[str], bool]], dict[WorkloadKey, tuple[RunningPod, ...]]]:
    return lambda covers: {actor.workload.ref.key: actor.running(AT) for actor in actors if covers(NAMESPACE)}


def source_of(client: httpx.Client, *actors: Actor, **how: Any) -> PrometheusSource:
    ordinary: dict[str, Any] = {
        "read_pods": pods_of(*actors),
        "read_routing": lambda: routing_of(actors),
        "own_clock": lambda: datetime.now(UTC),
    }
    return PrometheusSource(Prometheus(client), **(ordinary | how))


@pytest.fixture
def asked(few: Month) -> Iterator[list[str]]:
    """The queries that Prometheus got."""
    with listening(few) as found:
        yield found


@contextmanager
def listening(at: Month) -> Iterator[list[str]]:
    found: list[str] = []
    at.client.event_hooks["request"] = [lambda request: found.append(request.url.params["query"])]
    yield found
    at.client.event_hooks["request"] = []


def test_the_number_of_queries_does_not_depend_on_the_number_of_workloads(few: Month, month: Month) -> None:
    numbers = []
    for at in (few, month):
        with listening(at) as asked:
            assert at.source(AT).fetch(AT, [asking()]).problem == ""
        numbers.append(len(asked))
    assert numbers == [36, 36]


def test_within_five_minutes_only_the_time_is_asked_again(few: Month, asked: list[str]) -> None:
    source = source_of(few.client, *few.actors)
    source.fetch(AT, [asking()])
    asked.clear()
    source.fetch(AT + timedelta(minutes=4), [asking("another")])
    assert asked == ["time()"]


def test_past_weeks_are_asked_once_an_hour(few: Month, asked: list[str]) -> None:
    source = source_of(few.client, *few.actors)
    source.fetch(AT, [asking()])
    asked.clear()
    source.fetch(AT + timedelta(minutes=5), [asking()])
    assert len(asked) == 16
    assert not any("offset 1209600s" in query for query in asked)


def test_without_the_gate_past_weeks_are_not_asked(few: Month, asked: list[str]) -> None:
    source_of(few.client, *few.actors).fetch(AT, [asking(seasonGate="Off")])
    assert len(asked) == 16


@pytest.mark.parametrize("policies", [(), (policy(),)], ids=["no policy", "a policy without an idle window"])
def test_nothing_is_asked_where_nobody_wants_to_know(
    few: Month, asked: list[str], policies: tuple[EnforcementPolicy, ...]
) -> None:
    measured = source_of(few.client, *few.actors).fetch(AT, policies)
    assert (asked, measured.problem) == ([], "")
    assert measured.judge(PROBE_ONLY.workload, asking()).verdict is IdlenessVerdict.UNKNOWN


def test_only_the_policys_namespaces_are_asked_about(few: Month, asked: list[str]) -> None:
    scope = {"namespaces": {"include": ["dev-*", "staging"], "exclude": ["*-critical"]}}
    source = source_of(few.client, PROBE_ONLY, filters=Filters(extra='cluster="dev"'))
    source.fetch(AT, [asking(scope=scope)])
    assert 'namespace=~"dev-.*|staging",namespace!~".*-critical",container!=""' in asked[3]
    assert all('cluster="dev"' in query for query in asked[2:])


def test_series_of_other_clusters_do_not_count(few: Month) -> None:
    answer = source_of(few.client, PROBE_ONLY, filters=Filters(extra='cluster="dev"')).fetch(AT, [asking()])
    assert "0 of the 2 signals needed" in answer.judge(PROBE_ONLY.workload, asking()).sentence


@pytest.mark.parametrize(
    "workload",
    [
        pytest.param(PROBE_ONLY.workload.model_copy(update={"replicas": 0}), id="a sleeper"),
        pytest.param(
            PROBE_ONLY.workload.model_copy(
                update={"ref": PROBE_ONLY.workload.ref.model_copy(update={"namespace": "other"})}
            ),
            id="one out of scope",
        ),
    ],
)
def test_what_a_policy_would_not_pause_is_not_asked_about(few: Month, workload: Workload) -> None:
    under = asking(scope={"namespaces": {"include": [NAMESPACE]}})
    answer = source_of(few.client, PROBE_ONLY).fetch(AT, [under]).judge(workload, under)
    assert (answer.verdict, answer.sentence.split(",")[0]) == ("unknown", "nothing was asked")


def test_each_policy_is_answered_by_its_own_terms(few: Month) -> None:
    strict, loose = asking("strict"), asking("loose", seasonGate="Off")
    weekday_service = next(actor for actor in CAST if actor.name == "busy-by-day")
    measured = source_of(few.client, weekday_service).fetch(AT, [strict, loose])
    verdicts = [measured.judge(weekday_service.workload, each).verdict for each in (strict, loose)]
    assert verdicts == ["busy", "idle"]


@pytest.mark.parametrize(
    ("ahead", "says"),
    [(timedelta(minutes=-2), "2m ahead of"), (timedelta(hours=3), "3h behind")],
    ids=["ahead", "behind"],
)
def test_a_prometheus_with_another_clock_is_not_believed(few: Month, ahead: timedelta, says: str) -> None:
    source = source_of(few.client, PROBE_ONLY, own_clock=lambda: datetime.now(UTC) + ahead)
    measured = source.fetch(AT, [asking()])
    assert f"the clock of Prometheus is {says} this machine's" in measured.problem
    assert measured.judge(PROBE_ONLY.workload, asking()).verdict is IdlenessVerdict.UNKNOWN


def test_a_missing_right_to_list_pods_is_unknown_and_named(few: Month) -> None:
    def refused(_: Callable[[str], bool]) -> dict[str, tuple[RunningPod, ...]]:
        raise Denied(Call("list", "pods"), status=403)

    measured = source_of(few.client, PROBE_ONLY, read_pods=refused).fetch(AT, [asking()])
    assert "the right to list pods is missing" in measured.judge(PROBE_ONLY.workload, asking()).sentence


def test_a_cluster_that_is_away_ends_the_run_and_not_only_this_question(few: Month) -> None:
    def away(_: Callable[[str], bool]) -> dict[str, tuple[RunningPod, ...]]:
        raise Unreachable(Call("list", "pods"), "refused")

    with pytest.raises(Unreachable):
        source_of(few.client, PROBE_ONLY, read_pods=away).fetch(AT, [asking()])


class Averages:
    """A cost source that also knows what was used."""

    def __init__(self, cores: float, span: timedelta = timedelta(hours=48)) -> None:
        self._average = UsageAverage("OpenCost", cores, span)

    def usage_of(self, workload: Workload) -> UsageAverage | None:
        return self._average if workload.ref.name == "never-measured" else None


@pytest.mark.parametrize(
    ("averages", "verdict", "says"),
    [
        pytest.param(None, "unknown", "1 of the 2 signals", id="none"),
        pytest.param(Averages(0.002), "idle", "average CPU 0.0020 cores a pod", id="quiet"),
        pytest.param(Averages(0.4), "busy", "average CPU: 0.4000 cores a pod", id="busy"),
        pytest.param(Averages(0.0), "unknown", "0 cores mean no data", id="exactly 0"),
        pytest.param(Averages(0.002, timedelta(hours=24)), "unknown", "only 50% of 48h", id="over half the window"),
    ],
)
def test_an_average_stands_in_where_there_is_no_series_of_cpu(
    few: Month, averages: Averages | None, verdict: str, says: str
) -> None:
    under = asking(seasonGate="Off")
    measured = source_of(few.client, NEVER_MEASURED).fetch(AT, [under], averages)
    answer = measured.judge(NEVER_MEASURED.workload, under)
    assert (answer.verdict, says in answer.sentence) == (verdict, True), answer.sentence


def test_trouble_is_told_once_and_when_it_is_over(few: Month, caplog: pytest.LogCaptureFixture) -> None:
    clock = [timedelta(hours=3)]
    source = source_of(few.client, PROBE_ONLY, own_clock=lambda: datetime.now(UTC) + clock[0])
    for _ in range(3):
        source.fetch(AT, [asking()])
    assert source.trouble.endswith("nothing is paused by a policy with idleWindow meanwhile")
    clock[0] = timedelta(0)
    source.fetch(AT, [asking()])
    assert source.trouble == ""
    told = [record.getMessage() for record in caplog.records if record.name.startswith(("finops", "activities"))]
    assert [line.split(":")[0] for line in told] == ["idleness", "idleness"]
    assert told[1] == "idleness: it is known again"


def test_a_prometheus_that_is_away_costs_one_question_and_its_patience() -> None:
    with AnsweringServer(Answer(422)) as server, connected(server.url) as client:
        measured = source_of(client, PROBE_ONLY).fetch(AT, [asking()])
    assert "answered 422" in measured.problem
    assert len(server.asked) == 1
