"""The judgement on an answer: row by row while it arrives, then as a whole."""

from collections import Counter
from collections.abc import Iterable, Iterator

from policies.costs.doubts import Doubt, NotBelieved, Objection
from policies.costs.opencost.answer_rules import doubts_against, doubts_of
from policies.costs.opencost.envelope import RawRow, read_rows
from policies.costs.opencost.question import AllocationQuestion
from policies.costs.opencost.row_rules import ROW_RULES
from policies.costs.opencost.rows import IDLE, Owner, RowFigures, Usage, read_figures, read_owner
from policies.costs.opencost.summary import Before, Judged, Summary
from policies.costs.opencost.unit_prices import UnitPrice, middle_price, object_to_jump, unit_price
from policies.keys import WorkloadKey

_SEVERAL = 2


def judge_answer(chunks: Iterable[bytes], question: AllocationQuestion, before: Before | None = None) -> Judged:
    """What of an answer is believed. Raises NotBelieved where nothing is.

    `chunks` is its body, in pieces of any size; `before` is what the worker remembers, if it does.
    """
    tally = Tally(question, before)
    for key, row in read_rows(chunks):
        tally.add(key, row)
    judged = tally.judged()
    objection = next(answer_doubts(judged, question, before), None)
    if objection is not None:
        raise NotBelieved(*objection)
    return judged


def answer_doubts(judged: Judged, question: AllocationQuestion, before: Before | None) -> Iterator[Objection]:
    """Every rule that the answer breaks as a whole, in order."""
    yield from doubts_of(judged.summary, question)
    if before is not None:
        yield from doubts_against(judged.summary, judged.middle, before)


def row_doubts(figures: RowFigures, question: AllocationQuestion) -> Iterator[Objection]:
    """Every rule that a row breaks by itself, in order."""
    for rule in ROW_RULES:
        sentence = rule.object_to(figures, question)
        if sentence:
            yield Objection(rule.doubt, sentence)


class Tally:
    """An answer in the making. Of each row only what is needed later is kept."""

    def __init__(self, question: AllocationQuestion, before: Before | None) -> None:
        self._question = question
        self._before = before
        self._amounts: dict[WorkloadKey, float] = {}
        self._doubts: dict[WorkloadKey, Objection] = {}
        self._usages: dict[WorkloadKey, Usage] = {}
        self._prices: dict[WorkloadKey, UnitPrice] = {}
        self._others: Counter[str] = Counter()
        self._clusters: set[str] = set()
        self._namespaces: set[str] = set()
        self._rows = self._named = self._half_named = self._consuming = self._used = 0
        self._cost = self._unallocated = 0.0

    def add(self, key: str, row: RawRow) -> None:
        """Judge one more row, and keep what is needed of it."""
        if IDLE in (key, row.get("name")):
            return
        owner, question = read_owner(row), self._question
        if (question.cluster and owner.cluster != question.cluster) or not question.is_about(owner.namespace):
            return
        self._count(owner)
        try:
            figures = read_figures(row)
        except NotBelieved as error:
            self._keep(owner.workload, error.objection)
            return
        self._weigh(owner, figures)
        self._keep(owner.workload, figures)

    def judged(self) -> Judged:
        """What all rows so far come to."""
        return Judged(
            summary=Summary(
                rows=self._rows,
                named=self._named,
                half_named=self._half_named,
                clusters=len(self._clusters),
                namespaces=len(self._namespaces),
                consuming=self._consuming,
                used=self._used,
                cost=self._cost,
                unallocated=self._unallocated,
            ),
            amounts=self._amounts,
            doubts=self._doubts,
            usages=self._usages,
            prices=self._prices,
            middle=middle_price(self._prices.values()),
            others=self._others,
        )

    def _count(self, owner: Owner) -> None:
        self._rows += 1
        whole = bool(owner.namespace and owner.kind and owner.name)
        self._named += whole
        self._half_named += not whole and bool(owner.kind or owner.name)
        if owner.namespace:
            self._namespaces.add(owner.namespace)
        if owner.cluster and len(self._clusters) < _SEVERAL:
            self._clusters.add(owner.cluster)
        if owner.workload is None:
            self._others[owner.namespace] += 1

    def _weigh(self, owner: Owner, figures: RowFigures) -> None:
        self._consuming += figures.consumes
        self._used += figures.consumes and (figures.cpu_usage > 0 or figures.ram_usage > 0)
        self._cost += max(figures.freed, 0)
        if not owner.kind:
            self._unallocated += max(figures.freed, 0)

    def _keep(self, workload: WorkloadKey | None, found: RowFigures | Objection) -> None:
        """Keep what is believed of a workload, or why nothing is."""
        if workload is None:
            return
        if workload in self._amounts or workload in self._doubts:
            for kept in (self._amounts, self._usages, self._prices):
                kept.pop(workload, None)
            self._doubts[workload] = Objection(Doubt.SEVERAL_ROWS, "there are several rows of it")
            return
        price = UnitPrice() if isinstance(found, Objection) else unit_price(found, self._question.reference)
        objection = found if isinstance(found, Objection) else self._object_to(workload, found, price)
        if objection is not None:
            self._doubts[workload] = objection
        elif isinstance(found, RowFigures):
            self._amounts[workload], self._usages[workload] = found.hourly, found.usage
            self._prices[workload] = price

    def _object_to(self, workload: WorkloadKey, figures: RowFigures, price: UnitPrice) -> Objection | None:
        objection = next(row_doubts(figures, self._question), None)
        earlier = None if self._before is None else self._before.price_of(workload)
        if objection is not None or earlier is None:
            return objection
        jump = object_to_jump(price, earlier)
        return Objection(Doubt.PRICE_JUMPED, jump) if jump else None
