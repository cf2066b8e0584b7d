"""The rules that one row must keep to be believed, each with its code. What breaks one makes only its own Deployment
unknown.
"""

from typing import ClassVar

from policies.costs.doubts import Doubt
from policies.costs.opencost.question import AllocationQuestion
from policies.costs.opencost.rows import RowFigures
from policies.costs.opencost.unit_prices import object_to_price, unit_price

LEAST_MINUTES = 60
"""Rows lie on a 5-minute grid: below an hour a rate may be off by more than 8 %."""

_RELATIVE_ROUNDING = 0.005
_ROUNDING = 0.001
_MINUTE_ROUNDING = 1.0


class RowRule:
    """One rule."""

    doubt: ClassVar[Doubt]

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:
        """What is wrong with the row, in a sentence; empty where nothing is."""
        raise NotImplementedError


class NegativeRule(RowRule):
    """Adjustments may be negative, costs and quantities may not: samples of negative memory were seen."""

    doubt = Doubt.NEGATIVE

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """What is negative; empty where nothing is."""
        least = _least(figures)
        return f"one of its figures is negative ({least:g})" if least < 0 else ""


class SumRule(RowRule):
    """The total is the sum of its parts."""

    doubt = Doubt.SUM_DIFFERS

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """How far the total is from the sum; empty where they agree within rounding."""
        if _about(figures.parts, figures.total):
            return ""
        return f"its totalCost {figures.total:g} is not the sum of its parts, {figures.parts:g}"


class WindowRule(RowRule):
    """A row is about the span that was asked for."""

    doubt = Doubt.OUTSIDE_WINDOW

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:
        """That the row lies outside the window; empty where it lies inside."""
        window = question.window
        inside = window.start <= figures.start <= figures.end <= window.end
        return "" if inside else "it lies outside the window that was asked for"


class SpanRule(RowRule):
    """The minutes are those between its start and its end, and those that its hours were made of.

    Every rate is a division by them. (All of 868 recorded rows keep this.)
    """

    doubt = Doubt.SPAN_DIFFERS

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """Which of the two differs; empty where both agree within rounding."""
        between = (figures.end - figures.start).total_seconds() / 60
        if abs(between - figures.minutes) > _MINUTE_ROUNDING:
            return f"its minutes are {figures.minutes:g}, and {between:g} lie between its start and its end"
        hours = figures.minutes / 60
        for what, average, sum_of_hours in (
            ("core", figures.cores, figures.core_hours),
            ("GiB", figures.gib, figures.gib_hours),
        ):
            if not _about(average * hours, sum_of_hours):
                return f"{average:g} {what} for {hours:g} h are not the {sum_of_hours:g} {what}-hours it has"
        return ""


class LengthRule(RowRule):
    """A rate needs some time to mean anything."""

    doubt = Doubt.TOO_SHORT

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """How short the row's time is; empty where it is long enough."""
        if figures.minutes >= LEAST_MINUTES:
            return ""
        return f"it has been seen for {figures.minutes:g} min, and a rate needs {LEAST_MINUTES}"


class PriceRule(RowRule):
    """Its prices lie near the reference's: 730 times too much, or nothing at all, is an error of the source."""

    doubt = Doubt.PRICE_OUT_OF_BAND

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:
        """Which price is out of the band; empty where none is."""
        return object_to_price(unit_price(figures, question.reference), question.reference)


class RowUsageRule(RowRule):
    """Missing usage reads as exactly 0, at the full cost of the requests. A process that runs never uses exactly 0."""

    doubt = Doubt.NO_USAGE

    def object_to(self, figures: RowFigures, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """Which usage is missing; empty where both are there."""
        missing = [name for name, usage in (("CPU", figures.cpu_usage), ("memory", figures.ram_usage)) if usage == 0]
        return f"its {' and '.join(missing)} usage is exactly 0, which means that there is no data" if missing else ""


ROW_RULES: tuple[RowRule, ...] = (
    NegativeRule(),
    SumRule(),
    WindowRule(),
    SpanRule(),
    LengthRule(),
    PriceRule(),
    RowUsageRule(),
)


def _about(made: float, told: float) -> bool:
    """Whether both are the same, within rounding."""
    return abs(made - told) <= max(_ROUNDING, _RELATIVE_ROUNDING * abs(told))


def _least(figures: RowFigures) -> float:
    return min(
        figures.minutes,
        figures.total,
        figures.freed,
        figures.cpu_cost,
        figures.ram_cost,
        figures.gpu_cost,
        figures.cores,
        figures.gib,
        figures.core_hours,
        figures.gib_hours,
        figures.gpu_hours,
        figures.cpu_usage,
        figures.ram_usage,
    )
