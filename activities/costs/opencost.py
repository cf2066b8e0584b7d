"""OpenCost: what each Deployment cost an hour over the last two days, as its `/allocation` tells."""

import logging
import time
from collections import Counter as CountedDoubts
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from prometheus_client import Counter

from activities.alerts.raised import Episode
from activities.clocks import read_own_clock
from activities.cluster_context import current_cluster
from activities.costs.exchange import Exchange
from activities.costs.figures import FigureFile, KeptFigures
from activities.costs.kept_answers import CostMemory
from activities.costs.quotes import NAME, Quotes, WorkloadsSeen
from activities.costs.source import Costs, CostSource
from activities.costs.wording import write_target
from activities.errors import CostAnswerInvalid, CostSourceError
from policies.costs.doubts import NotBelieved, Objection
from policies.costs.opencost.check_rows import judge_answer
from policies.costs.opencost.question import AllocationQuestion, AllocationWindow
from policies.costs.opencost.summary import Judged
from policies.keys import WorkloadKey
from policies.times import tell_instant
from policies.wording import count

WINDOW = timedelta(hours=48)
KEPT_SECONDS = 300.0
"""How long an answer is used, believed or not. An older one never pauses anything."""
_KEPT = f"a worker acts on the last answer it was given until that is {KEPT_SECONDS / 60:g} min old"
REST_SECONDS = 60.0
"""How long a server that gave no answer is left alone: twenty policies must not each wait for its time-out."""

_ANSWERS = Counter("finops_cost_answers", f"Answers of {NAME}, by what was made of them.", ["cluster", "outcome"])

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kept:
    """What became of a question, and until when it is not asked again."""

    window: AllocationWindow
    until: float
    quotes: Quotes


class OpenCostSource:
    """One OpenCost server. A caller that asks while a question is under way waits for its answer.

    `question` is asked about window after window; `list_seen` tells what the cluster has, and raises KubernetesError.
    OpenCost does not say its currency: it is taken to be that of `opinions`, the price list. `clock` counts
    seconds, `own_clock` is this machine's, for people to know until when an answer is good.
    """

    name = NAME

    def __init__(
        self,
        exchange: Exchange,
        question: Callable[[AllocationWindow], AllocationQuestion],
        list_seen: Callable[[], WorkloadsSeen],
        opinions: CostSource,
        *,
        file: FigureFile,
        clock: Callable[[], float] = time.monotonic,
        own_clock: Callable[[], datetime] = read_own_clock,
    ) -> None:
        self._exchange = exchange
        self._question = question
        self._list_seen = list_seen
        self._opinions = opinions
        self._file = file
        self._clock = clock
        self._own_clock = own_clock
        self._lock = Lock()
        self._kept: _Kept | None = None
        self._good: KeptFigures | None = None
        self._memory = CostMemory()
        self._trouble = Episode("costs")

    @property
    def currency(self) -> str:
        """The currency of the price list it is compared with."""
        return self._opinions.currency

    @property
    def trouble(self) -> str:
        """Why the last answer is not believed."""
        return self._trouble.problem

    def fetch(self, window_end: datetime) -> Costs:
        """The prices of the 48 hours before the last full hour; unknown for everybody where that fails.

        Raises KubernetesError.
        """
        window = AllocationWindow.before(window_end, WINDOW)
        with self._lock:
            kept = self._kept
            if kept is None or kept.window != window or self._clock() >= kept.until:
                kept = self._kept = self._ask(window)
        return kept.quotes

    def _ask(self, window: AllocationWindow) -> _Kept:
        seen, opinions = self._list_seen(), self._opinions.fetch(window.end)
        question, asked_at = self._question(window), self._clock()
        read = partial(judge_answer, question=question, before=self._memory.before(seen.running))
        try:
            judged = self._exchange.ask(write_target(question), read)
        except NotBelieved as error:
            self._memory.doubt(window, error.objection.doubt)
            invalid = CostAnswerInvalid(NAME, error.objection)
            return self._in_trouble(window, invalid, opinions, KEPT_SECONDS)
        except CostSourceError as error:
            return self._in_trouble(window, error, opinions, max(REST_SECONDS, error.retry_after))
        return self._believe(window, judged, seen, opinions, asked_at)

    def _believe(
        self, window: AllocationWindow, judged: Judged, seen: WorkloadsSeen, opinions: Costs, asked_at: float
    ) -> _Kept:
        self._memory.learn(window, judged)
        self._trouble.tell("", over=f"the answers of {NAME} are believed again")
        _ANSWERS.labels(current_cluster(), "believed").inc()
        is_new = self._good is None or self._good.as_of != window.end
        amounts = {key: amount for key, amount in judged.amounts.items() if key not in seen.objections}
        self._good = KeptFigures.of_window(window.end, self.currency, NAME, amounts)
        if is_new:
            self._file.write(self._good)
        until = asked_at + KEPT_SECONDS
        answered = f"{describe(judged, seen.objections)}; {window.start:%d %b %H:%M} to {window.end:%d %b %H:%M} UTC"
        good_until = self._own_clock() + timedelta(seconds=until - self._clock())
        _LOG.info("%s answered in %.1f s: %s", NAME, self._clock() - asked_at, answered)
        quotes = Quotes(
            currency=self.currency,
            opinions=opinions,
            is_fresh=lambda: self._clock() < until,
            answered=answered,
            kept=f"{NAME}'s answer to this command is good until {tell_instant(good_until, None, good_until)}; {_KEPT}",
            good_until=good_until,
            amounts=judged.amounts,
            usages=judged.usages,
            doubts={**_as_told(judged.doubts), **seen.objections},
            earlier=self._good,
        )
        return _Kept(window, until, quotes)

    def _in_trouble(self, window: AllocationWindow, error: CostSourceError, opinions: Costs, seconds: float) -> _Kept:
        self._trouble.tell(f"{error}: nothing is paused by its cost", over=f"the answers of {NAME} are believed again")
        _ANSWERS.labels(current_cluster(), error.doubt.value).inc()
        quotes = Quotes(
            currency=self.currency,
            opinions=opinions,
            is_fresh=lambda: False,
            problem=str(error),
            kept=_KEPT,
            doubt=error.doubt,
            earlier=self._good or self._file.read(),
        )
        return _Kept(window, self._clock() + seconds, quotes)


def describe(judged: Judged, objections: Mapping[WorkloadKey, Objection]) -> str:
    """What was answered, in numbers. `objections` are to workloads whose rows cannot be trusted to be about them."""
    summary, rows = judged.summary, judged.amounts.keys() | judged.doubts.keys()
    doubts = {**judged.doubts, **{key: objection for key, objection in objections.items() if key in rows}}
    counts = CountedDoubts(objection.doubt for objection in doubts.values())
    not_believed = "".join(f", {number:,} {doubt}" for doubt, number in sorted(counts.items()))
    return (
        f"{count(summary.rows, 'row')} in {count(summary.namespaces, 'namespace')}, {len(rows):,} of them "
        f"of Deployments: {len(rows) - len(doubts):,} believed{not_believed}"
    )


def _as_told(doubts: Mapping[WorkloadKey, Objection]) -> dict[WorkloadKey, Objection]:
    return {
        key: Objection(objection.doubt, f"{NAME}'s row of it cannot be used: {objection.sentence}")
        for key, objection in doubts.items()
    }
