from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import NOW, policy, workload

from policies.costs.cost import Requests
from policies.idleness.answers import IdleAnswer, IdlenessVerdict, Sign
from policies.idleness.readings import PodSeen, Reading, WeekSeen, WorkloadSeen
from policies.idleness.terms import WEEK, IdleTerms, terms_of
from policies.idleness.verdict import judge_idleness
from policies.policy.document import EnforcementPolicy, SeasonGate
from policies.workload import Workload, Writer

DAYS_AGO = NOW - timedelta(days=30)
TERMS = IdleTerms(at=NOW, window=timedelta(hours=48))
QUIET_WEEKS = tuple(WeekSeen(weeks_ago=number, coverage=1, peaks={"CPU": 0.003}) for number in (1, 2, 3))


def reading(mean: float, peak: float, **odd: Any) -> Reading:
    return Reading(source="Prometheus", mean=mean, peak=peak, **odd)


QUIET: Mapping[str, Reading] = {"CPU": reading(0.002, 0.003), "network": reading(300, 400)}


def pod(name: str = "checkout-7d9f8c6b5-x2x4z", changed: Mapping[str, Any] | None = None, **how: Any) -> PodSeen:
    """A quiet pod that is a month old; `changed` replaces readings, None removes one."""
    readings = {signal: each for signal, each in {**QUIET, **(changed or {})}.items() if each is not None}
    ordinary: dict[str, Any] = {"name": name, "started_at": DAYS_AGO, "readings": readings}
    return PodSeen(**(ordinary | how))


def crashing(**how: Any) -> PodSeen:
    """A pod that restarted in every quarter of an hour, two minutes ago for the last time."""
    return pod("crashing-7d9f8c6b5-x2x4z", crash_loop=True, restarted_at=NOW - timedelta(minutes=2), **how)


def old(**changes: Any) -> Workload:
    """A Deployment that nobody has touched for a month."""
    rollout = workload().rollout.model_copy(update={"progressing_updated_at": DAYS_AGO})
    return workload(**{"created_at": DAYS_AGO, "rollout": rollout, **changes})


def judge(
    *pods: PodSeen,
    of: Workload | None = None,
    weeks: tuple[WeekSeen, ...] = QUIET_WEEKS,
    terms: IdleTerms = TERMS,
    **readings: Reading,
) -> IdleAnswer:
    named = {"requests": "requests", "average": "average CPU"}
    seen = WorkloadSeen(pods=pods, readings={named[name]: each for name, each in readings.items()}, weeks=weeks)
    return judge_idleness(of or old(), seen, terms)


@pytest.mark.parametrize(
    ("verdict", "answer"),
    [
        pytest.param("idle", judge(pod()), id="two signals are quiet"),
        pytest.param("idle", judge(pod(), requests=reading(0, 0)), id="and no request came"),
        pytest.param("idle", judge(pod(), pod("b"), pod("c")), id="all pods are"),
        pytest.param("idle", judge(pod(changed={"network": None}), requests=reading(0, 0)), id="CPU and requests"),
        pytest.param("idle", judge(pod(host_network=True), requests=reading(0, 0)), id="in the node's network"),
        pytest.param("idle", judge(pod(changed={"CPU": None}), average=reading(0.002, 0)), id="a mean for CPU"),
        pytest.param("idle", judge(pod(changed={"memory": reading(100e6, 120e6)})), id="a heap that hardly moves"),
        pytest.param("idle", judge(pod(restarted_at=DAYS_AGO)), id="a restart long ago"),
        pytest.param("busy", judge(pod(changed={"CPU": reading(0.031, 0.04)})), id="more CPU than idle"),
        pytest.param("busy", judge(pod(changed={"CPU": reading(0.002, 0.008)})), id="a burst of CPU"),
        pytest.param("busy", judge(pod(changed={"network": reading(3100, 3200)})), id="more traffic than probes"),
        pytest.param("busy", judge(pod(changed={"network": reading(300, 900)})), id="a burst of traffic"),
        pytest.param("busy", judge(pod(changed={"CPU": reading(0.002, 0.002, hidden=9)})), id="a burst in a gap"),
        pytest.param("busy", judge(pod(), pod("b", {"CPU": reading(0.2, 0.3)})), id="one pod of two, the leader"),
        pytest.param(
            "busy", judge(pod(), pod("b", {"CPU": reading(0.2, 0.3)}, running=False, started_at=None)), id="it ended"
        ),
        pytest.param("busy", judge(pod(), requests=reading(1, 0)), id="one request"),
        pytest.param("busy", judge(pod(changed={"CPU": None}), average=reading(0.2, 0)), id="a mean that is not idle"),
        pytest.param("busy", judge(pod(changed={"memory": reading(100e6, 200e6)})), id="memory moved"),
        pytest.param("busy", judge(pod(restarted_at=NOW - timedelta(hours=2))), id="it restarted"),
        pytest.param("busy", judge(pod(), of=old(created_at=NOW - timedelta(hours=3))), id="it was just created"),
        pytest.param(
            "busy",
            judge(pod(), of=old(writers=(Writer(manager="kubectl", time=NOW - timedelta(hours=3), writes_spec=True),))),
            id="somebody edited it",
        ),
        pytest.param("idle", judge(crashing()), id="a crash loop"),
        pytest.param("idle", judge(crashing(changed={"CPU": reading(0.2, 0.9)})), id="whose starts take much CPU"),
        pytest.param("idle", judge(crashing(changed={"memory": reading(1e6, 9e8)})), id="and memory"),
        pytest.param("idle", judge(crashing(changed={"network": None}), requests=reading(0, 0)), id="without requests"),
        pytest.param("idle", judge(crashing(), average=reading(0.2, 0)), id="whose starts are a mean"),
        pytest.param("idle", judge(crashing(), pod("b")), id="one of two pods crashes, the other is quiet"),
        pytest.param("busy", judge(crashing(), pod("b", {"CPU": reading(0.2, 0.3)})), id="the other works"),
        pytest.param(
            "busy", judge(crashing(), pod("b", restarted_at=NOW - timedelta(hours=2))), id="or restarted once"
        ),
        pytest.param("busy", judge(crashing(changed={"network": reading(300, 900)})), id="its starts take work"),
        pytest.param("busy", judge(crashing(), requests=reading(3, 0)), id="a crash loop that is asked"),
        pytest.param(
            "busy",
            judge(crashing(), pod("b", {"CPU": reading(0.2, 0.3)}, running=False, started_at=None)),
            id="one before it worked",
        ),
        pytest.param("unknown", judge(crashing(changed={"network": None})), id="a crash loop and nothing else seen"),
        pytest.param(
            "unknown", judge(crashing(changed={"network": reading(0, 0, fault="0")})), id="whose traffic is in doubt"
        ),
        pytest.param(
            "unknown", judge(crashing(started_at=NOW - timedelta(hours=47))), id="a crash loop younger than the window"
        ),
        pytest.param("unknown", judge(), id="no pod runs"),
        pytest.param(
            "unknown", judge(pod(started_at=NOW - timedelta(hours=47))), id="a pod is younger than the window"
        ),
        pytest.param("unknown", judge(pod(), pod("b", started_at=NOW - timedelta(hours=1))), id="one of two pods is"),
        pytest.param("unknown", judge(pod(started_at=NOW + timedelta(hours=1))), id="a pod of the future"),
        pytest.param("unknown", judge(pod(started_at=None)), id="a pod without a start"),
        pytest.param("unknown", judge(pod(changed={"CPU": None})), id="only traffic is known"),
        pytest.param("unknown", judge(pod(changed={"network": None})), id="only CPU is known"),
        pytest.param(
            "unknown", judge(pod(changed=dict.fromkeys(QUIET)), requests=reading(0, 0)), id="no HTTP is not idle"
        ),
        pytest.param("unknown", judge(pod(host_network=True)), id="the node's network is not its own"),
        pytest.param("unknown", judge(pod(changed={"CPU": reading(0.002, 0.003, coverage=0.89)})), id="a gap in CPU"),
        pytest.param("unknown", judge(pod(), requests=reading(0, 0, coverage=0.5)), id="a gap in requests"),
        pytest.param("unknown", judge(pod(changed={"network": reading(1, 1, fault="no number")})), id="a fault"),
        pytest.param("unknown", judge(pod(), pod("b", {"CPU": None})), id="one of two pods was not measured"),
        pytest.param(
            "unknown",
            judge(pod(changed=dict.fromkeys(QUIET)), requests=reading(0, 0), average=reading(0, 0, fault="0 cores")),
            id="a mean of exactly 0",
        ),
        pytest.param(
            "unknown", judge(pod(changed={"CPU": reading(0, 0, fault="0")}), average=reading(0.002, 0)), id="0"
        ),
    ],
)
def test_a_verdict_is_idle_only_where_nothing_speaks_against_it(verdict: str, answer: IdleAnswer) -> None:
    assert answer.verdict == verdict, answer.sentence
    assert answer.sentence


@pytest.mark.parametrize(
    ("cores", "request_cores", "sign"),
    [
        (0.004, 0.01, Sign.QUIET),
        (0.006, 0.01, Sign.ACTIVE),
        (0.02, 0.2, Sign.QUIET),
        (0.021, 0.2, Sign.ACTIVE),
        (0.029, 4, Sign.QUIET),
        (0.031, 4, Sign.ACTIVE),
        (0.029, 0, Sign.QUIET),
    ],
)
def test_cpu_is_held_against_the_request(cores: float, request_cores: float, sign: Sign) -> None:
    answer = judge(pod(changed={"CPU": reading(cores, cores)}), of=old(requests=Requests(cpu_cores=request_cores)))
    assert answer.words[0].sign is sign


MESH = {"network": reading(6_650, 7_000)}
"""Scrapes and probes through a mesh."""


@pytest.mark.parametrize(
    ("changed", "limits", "verdict"),
    [
        pytest.param(MESH, {}, "busy", id="more traffic than by default"),
        pytest.param(MESH, {"networkBytesPerSecond": 10_000}, "idle", id="as much as the policy allows"),
        pytest.param(MESH, {"networkBytesPerSecond": 6_000}, "busy", id="more than it allows"),
        pytest.param(
            {"network": reading(6_650, 20_000)}, {"networkBytesPerSecond": 10_000}, "busy", id="a burst is work"
        ),
        pytest.param({"CPU": reading(0.04, 0.045)}, {}, "busy", id="more CPU than by default"),
        pytest.param({"CPU": reading(0.04, 0.045)}, {"cpuCores": 0.05}, "idle", id="as much CPU as it allows"),
        pytest.param({"CPU": reading(0.004, 0.004)}, {"cpuCores": 0.003}, "busy", id="less CPU than by default"),
    ],
)
def test_a_policy_can_say_what_an_idle_pod_uses(
    changed: Mapping[str, Reading], limits: dict[str, float], verdict: str
) -> None:
    terms = terms_of(asking(idleLimits=limits), NOW)
    assert terms is not None
    weeks = tuple(week(number, network=6_800) for number in (1, 2)) if changed is MESH else QUIET_WEEKS
    answer = judge(pod(changed=changed), weeks=weeks, terms=terms)
    assert answer.verdict == verdict, answer.sentence


def test_a_mean_alone_is_not_enough_because_a_short_job_does_not_show_in_it() -> None:
    answer = judge(pod(changed=dict.fromkeys(QUIET)), average=reading(0.002, 0))
    assert (answer.verdict, answer.sentence.split(" (")[0]) == ("unknown", "1 of the 2 signals needed can be seen")


def test_the_evidence_names_every_signal_with_its_figures() -> None:
    answer = judge(pod(), requests=reading(0, 0))
    assert answer.evidence["CPU"] == "quiet: mean 0.0020 cores, peak 0.0030 cores a pod"
    assert answer.evidence["network"] == "quiet: mean 300 B/s, peak 400 B/s a pod"
    assert answer.evidence["requests"] == "quiet: none (Prometheus)"
    assert (answer.words[0].unit, answer.words[0].source, answer.words[0].coverage) == ("cores", "Prometheus", 1)


def test_a_source_in_trouble_is_unknown_and_says_why() -> None:
    answer = judge_idleness(old(), WorkloadSeen(problem="Prometheus gives no answer"), TERMS)
    assert (answer.verdict, answer.sentence) == (IdlenessVerdict.UNKNOWN, "Prometheus gives no answer")


def week(number: int, cores: float = 0.003, coverage: float = 1, **peaks: float) -> WeekSeen:
    return WeekSeen(weeks_ago=number, coverage=coverage, peaks={"CPU": cores, **peaks})


@pytest.mark.parametrize(
    ("weeks", "terms", "verdict", "went_by"),
    [
        pytest.param(
            (week(1), week(2)), {}, "idle", "quiet in the 168h that it would sleep through in 2 past weeks", id="two"
        ),
        pytest.param((week(1, 0.4), week(2)), {}, "busy", "a week ago it was busy", id="last week"),
        pytest.param((week(1), week(2), week(3, 0.4)), {}, "busy", "3 weeks ago it was busy", id="three weeks ago"),
        pytest.param((week(1), week(2, network=9e4)), {}, "busy", "network of 90000 B/s", id="traffic"),
        pytest.param((week(1), week(2, requests=3)), {}, "busy", "3 requests", id="requests"),
        pytest.param(
            (week(1, 0.4, coverage=0.1),), {}, "busy", "a week ago it was busy", id="seen for an hour, and busy"
        ),
        pytest.param((week(1),), {}, "unknown", "1 whole week where 2 are needed", id="one week"),
        pytest.param((week(1), week(2, coverage=0.8)), {}, "unknown", "1 whole week where", id="the second has gaps"),
        pytest.param(
            (week(1, coverage=0), week(2), week(3)), {}, "unknown", "0 whole weeks", id="last week is missing"
        ),
        pytest.param(
            (), {"window": WEEK}, "idle", "but the idle window of 168h is a week or more", id="a week of idleness"
        ),
        pytest.param((week(1),), {"window": timedelta(hours=167)}, "unknown", "at least 168h", id="nearly a week"),
        pytest.param((week(1, 0.4),), {"window": WEEK}, "busy", "a week ago", id="a long window does not overrule it"),
        pytest.param((), {"gate": SeasonGate.OFF}, "idle", "seasonGate: Off", id="switched off"),
        pytest.param((week(1, 0.4),), {"gate": SeasonGate.OFF}, "idle", "seasonGate: Off", id="switched off, and busy"),
    ],
)
def test_the_season_gate_opens_for_what_was_quiet_in_past_weeks_and_says_what_it_went_by(
    weeks: tuple[WeekSeen, ...], terms: dict[str, Any], verdict: str, went_by: str
) -> None:
    answer = judge(pod(), weeks=weeks, terms=TERMS.model_copy(update=terms))
    assert answer.verdict == verdict, answer.sentence
    assert went_by in answer.gate


def asking(**spec: Any) -> EnforcementPolicy:
    return policy(**({"idleWindow": "48h", "minHourlyCost": None} | spec))


@pytest.mark.parametrize(
    ("under", "horizon"),
    [
        (asking(), WEEK),
        (asking(resumeAfter="12h"), timedelta(hours=13)),
        (asking(resumeAfter="720h"), WEEK),
    ],
    ids=["without an end", "half a day", "a month"],
)
def test_past_weeks_are_asked_for_the_hours_that_it_would_sleep_through(
    under: EnforcementPolicy, horizon: timedelta
) -> None:
    terms = terms_of(under, NOW)
    assert terms is not None
    assert (terms.window, terms.horizon, terms.gate) == (timedelta(hours=48), horizon, SeasonGate.ON)


def test_a_policy_without_an_idle_window_asks_nothing() -> None:
    assert terms_of(policy(), NOW) is None


def test_nothing_is_asked_outside_a_schedule() -> None:
    windows = {"timeZone": "UTC", "asleep": [{"from": "Sat 20:00", "to": "Sun 07:00"}]}
    assert terms_of(asking(schedule=windows), datetime.fromisoformat("2026-11-23T12:00:00Z")) is None
