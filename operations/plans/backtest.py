"""What a backtest is made of: a policy replayed over the moments of a past, without any I/O of its own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from activities.idleness.history import PastMoment
from activities.runs.surroundings import Gathered
from policies.checks import REPLAYED, Case
from policies.checks.decision import evaluate
from policies.checks.reasons import Reason
from policies.idleness.readings import WorkloadSeen
from policies.idleness.terms import IdleTerms, terms_of
from policies.idleness.verdict import judge_idleness
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode, SeasonGate
from policies.runs.replay import ReplayedLife, ReplayedSleep, as_it_ran
from policies.times import EARLIEST
from policies.workload import Workload

FLOOR_WINDOW = timedelta(hours=48)
"""What is taken for a workload's floor where the policy itself asks for no idleness."""


class Avoided(Frozen):
    """What all sleeps together would have avoided, at today's prices."""

    amount: float = 0
    currency: str = ""
    source: str = ""
    unknown: int = 0
    """Sleeps without a price."""


class Backtest(Frozen):
    """A whole backtest."""

    policy: str
    mode: Mode
    zone: str
    """The policy's, by its IANA name."""
    first: datetime
    last: datetime
    every: timedelta
    moments: int = 0
    deployments: int = 0
    sleeps: tuple[ReplayedSleep, ...] = ()
    left_alone: Mapping[Reason, int] = {}
    """Deployments that would never have slept, by the reason that was given most often."""
    avoided: Avoided = Avoided()

    @property
    def regrets(self) -> tuple[ReplayedSleep, ...]:
        """The sleeps that work fell into."""
        return tuple(sleep for sleep in self.sleeps if sleep.regret)

    @property
    def hours_asleep(self) -> float:
        """All sleeps together."""
        return sum((sleep.woke_at - sleep.paused_at) / timedelta(hours=1) for sleep in self.sleeps)


def terms_to_ask(policy: EnforcementPolicy, moments: Iterable[datetime]) -> IdleTerms:
    """The widest terms of these moments, which one round of queries can answer; else those of the floor alone."""
    terms = [asked for at in moments if (asked := terms_of(policy, at)) is not None]
    if not terms:
        return IdleTerms(at=EARLIEST, window=FLOOR_WINDOW, gate=SeasonGate.OFF)
    return max(terms, key=lambda each: each.horizon)


def replay(
    policy: EnforcementPolicy,
    workloads: Sequence[Workload],
    gathered: Gathered,
    moments: Iterable[PastMoment],
    base: Backtest,
) -> Backtest:
    """The policy's life through these moments. What the present says of a Deployment is taken to have been so then."""
    lives = {workload.ref.key: ReplayedLife(policy, workload.ref) for workload in workloads}
    floors: dict[WorkloadKey, WorkloadSeen] = {}
    reasons: dict[WorkloadKey, Counter[Reason]] = defaultdict(Counter)
    count, last = 0, base.first
    present = gathered.surroundings_at(base.first)
    for moment in moments:
        count, last = count + 1, moment.at
        surroundings = present.replace(now=moment.at)
        terms = terms_of(policy, moment.at)
        for workload in workloads:
            key = workload.ref.key
            life = lives[key]
            if life.is_asleep:
                life.pass_by(moment.at, moment.work_of(workload, floors[key], policy.spec.idle_limits))
            if not life.may_be_judged(moment.at):
                continue
            then = as_it_ran(workload, moment.at)
            seen = moment.observed.of(then)
            case = Case(policy=policy, workload=then, surroundings=surroundings, cost=gathered.costs.quote(then))
            if terms is not None:
                case = case.replace(idleness=judge_idleness(then, seen, terms))
            decision = evaluate(case, REPLAYED)
            reasons[key][decision.reason] += 1
            life.judge(moment.at, decision)
            floors[key] = seen
    for life in lives.values():
        life.end(last)
    sleeps = tuple(sleep for life in lives.values() for sleep in life.sleeps)
    never = (reasons[key] for key, life in lives.items() if not life.sleeps and reasons[key])
    return base.replace(
        last=last,
        moments=count,
        deployments=len(workloads),
        sleeps=tuple(sorted(sleeps, key=lambda sleep: (sleep.paused_at, str(sleep.ref)))),
        left_alone=Counter(counted.most_common(1)[0][0] for counted in never),
        avoided=_add_up(sleeps),
    )


def _add_up(sleeps: tuple[ReplayedSleep, ...]) -> Avoided:
    costs = [sleep.cost for sleep in sleeps if sleep.cost is not None]
    return Avoided(
        amount=sum(sleep.avoided or 0 for sleep in sleeps),
        currency=costs[0].currency if costs else "",
        source=costs[0].source if costs else "",
        unknown=len(sleeps) - len(costs),
    )
