"""What an author should hear about a policy that is valid all the same."""

from collections.abc import Iterator

from policies.durations import format_duration
from policies.idleness.terms import WEEK
from policies.policy.document import EnforcementPolicy, SeasonGate
from policies.policy.weeks import overlapping, shortest_awake_stretch


def notices(policy: EnforcementPolicy) -> tuple[str, ...]:
    """Sentences on what a policy's author may not have meant, judged by its weekly windows alone."""
    return tuple(_notice(policy))


def _notice(policy: EnforcementPolicy) -> Iterator[str]:
    yield from _notice_idleness(policy)
    schedule = policy.spec.schedule
    if schedule is None or not schedule.asleep:
        return
    for first, second in overlapping(schedule.asleep):
        if first is second:
            yield f"the window {first} overlaps itself; that counts as one sleep"
        else:
            yield f"the windows {first} and {second} overlap; together they are one sleep"
    awake = shortest_awake_stretch(schedule.asleep)
    if awake is None:
        yield "the windows leave no time awake: the schedule never wakes anything"
        return
    idle = policy.spec.idle_window
    if idle is not None and idle > awake:
        yield (
            f"idleWindow {format_duration(idle)} is longer than the shortest awake stretch of the schedule, "
            f"{format_duration(awake)}: after that stretch it can never hold"
        )


def _notice_idleness(policy: EnforcementPolicy) -> Iterator[str]:
    idle = policy.spec.idle_window
    if idle is None:
        return
    if policy.spec.season_gate is SeasonGate.OFF and idle < WEEK:
        yield (
            f"idleWindow {format_duration(idle)} with seasonGate: Off does not span a weekend: what works on weekdays, "
            "or once a week, will be paused in between"
        )
