"""The cast of the idleness tests: every kind of workload that a verdict may be wrong about."""

import math
from datetime import datetime, timedelta

from idleactors import BEGIN, DAYS, END, Actor, Level, Past, constant, daily, during, now_and_then, office

MIB = 2.0**20
DAY = timedelta(days=1)
LETTERS = "bcdfghjklm"
NIGHTLY, WEEKLY = daily(2, 0, 5), daily(3, 0, 60, weekdays=[6])
FORTNIGHTLY_DAYS = (END - timedelta(days=8), END - timedelta(days=22))
JOBS = now_and_then(1, timedelta(minutes=90), 2)
RARE_JOBS = now_and_then(2, timedelta(hours=9), 3)
READERS = now_and_then(3, timedelta(hours=20), 2)


def fortnightly(moment: datetime) -> bool:
    """Half an hour, every second Saturday."""
    return any(0 <= (moment - day).total_seconds() < 1800 for day in FORTNIGHTLY_DAYS)


def failover(moment: datetime) -> bool:
    """The hour in which the standby had to lead."""
    return 0 <= (moment - (END - 9 * DAY)).total_seconds() < 3600


def in_the_gap(moment: datetime) -> bool:
    """Five minutes that nobody scraped."""
    return any(0 <= (moment - (END - days * DAY - 3 * DAY / 24)).total_seconds() < 300 for days in range(31))


def gaps_of(hours: float) -> tuple[tuple[datetime, datetime], ...]:
    """So many hours without a sample, each evening."""
    ends = (END - days * DAY - timedelta(hours=2) for days in range(31))
    return tuple((end - timedelta(hours=hours), end) for end in ends)


def idle_pod(**odd: object) -> Past:
    """Probes and nothing else."""
    return Past(constant(0.002), constant(260), **odd)  # type: ignore[arg-type]


def busy(name: str, at_work: object, cores: float, network: float, **more: object) -> Actor:
    """Quiet except at work."""
    pod = Past(during(at_work, cores, 0.002), during(at_work, network, 260))  # type: ignore[arg-type]
    return Actor(name, "busy", (pod,), at_work=at_work, **more)  # type: ignore[arg-type]


def short_lives(cpu: Level, network: Level, length: timedelta) -> tuple[Past, ...]:
    """A pod for each day."""
    return tuple(
        Past(cpu, network, letters=f"{LETTERS[day // 10]}{LETTERS[day % 10]}z2z", begin=begin, end=begin + length)
        for day in range(DAYS)
        for begin in (BEGIN + day * DAY,)
    )


IDLE = (
    Actor("probe-only", "idle", (idle_pod(),)),
    Actor("without-probes", "idle", (Past(constant(0.0004), constant(6)),)),
    Actor("idle-runtime", "idle", (Past(constant(0.014), constant(1400), constant(900 * MIB)),), cpu_request=0.5),
    Actor("idle-without-request", "idle", (idle_pod(),), cpu_request=0),
    Actor("idle-three-pods", "idle", tuple(idle_pod(letters=f"x2x{number}z") for number in (4, 5, 6))),
    Actor("idle-behind-ingress", "idle", (idle_pod(),), requests=constant(0)),
    Actor("counter-reset", "idle", (idle_pod(resets=tuple(END - days * DAY / 2 for days in range(59, 0, -1))),)),
    Actor("short-gap", "idle", (idle_pod(gaps=gaps_of(0.75)),)),
)
BUSY = (
    busy("busy-by-day", office, 0.3, 40_000),
    busy("used-a-little-by-day", office, 0.02, 1_600, cpu_request=0.5),
    busy("weekly-batch", WEEKLY, 0.8, 200_000),
    busy("fortnightly-batch", fortnightly, 0.8, 200_000),
    busy("nightly-batch", NIGHTLY, 0.4, 60_000),
    busy("small-nightly-batch", NIGHTLY, 0.05, 2_000),
    busy("queue-worker", JOBS, 0.5, 30_000),
    busy("rare-queue-worker", RARE_JOBS, 0.25, 20_000),
    busy("cron-fed", daily(6, 30, 10), 0.06, 50_000),
    busy("cron-fed-on-weekdays", daily(6, 30, 10, weekdays=range(5)), 0.06, 50_000),
    Actor(
        "leader-and-standby",
        "busy",
        (Past(constant(0.15), constant(9_000)), idle_pod(letters="x2x5z")),
        at_work=lambda _: True,
    ),
    busy("standby-leader", failover, 0.2, 30_000),
    Actor(
        "scaled-down",
        "busy",
        (idle_pod(), *short_lives(constant(0.2), constant(30_000), DAY / 2)),
        at_work=lambda moment: moment.hour < 12,
    ),
    Actor(
        "hidden-in-a-gap",
        "busy",
        (
            Past(
                during(in_the_gap, 0.4, 0.002),
                during(in_the_gap, 60_000, 260),
                gaps=gaps_of(2),
            ),
        ),
        at_work=in_the_gap,
    ),
    Actor("few-requests", "busy", (idle_pod(),), requests=during(READERS, 1 / 60, 0), at_work=READERS),
    Actor(
        "growing",
        "busy",
        (
            Past(
                constant(0.004),
                constant(500),
                lambda moment: (100 + 60 * ((moment - BEGIN) / DAY % 2)) * MIB,
            ),
        ),
        at_work=lambda _: True,
    ),
    Actor("steady-stream", "busy", (Past(constant(0.08), constant(6_000)),), at_work=lambda _: True),
)
UNCLEAR = (
    Actor("one-week-old", "unclear", (idle_pod(begin=END - 8 * DAY),)),
    Actor("young-pods", "unclear", short_lives(constant(0.002), constant(260), DAY)),
    Actor("long-gap", "unclear", (idle_pod(gaps=gaps_of(5)),)),
    Actor("no-number", "unclear", (idle_pod(value=math.nan),)),
    Actor("exactly-zero", "unclear", (idle_pod(value=0.0),)),
    Actor("never-measured", "unclear", (idle_pod(without=("container_cpu_usage_seconds_total",)),)),
    Actor(
        "half-measured",
        "unclear",
        (idle_pod(), idle_pod(letters="x2x5z", without=("container_cpu_usage_seconds_total",))),
    ),
    Actor("silent", "unclear", (idle_pod(gaps=((END - 10 * DAY, END),)),)),
)
CAST = IDLE + BUSY + UNCLEAR
