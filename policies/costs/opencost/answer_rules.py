"""The rules that an answer must keep as a whole, each with its code. What breaks one is an error of the source, and
nothing in the answer is believed: neither that a cluster is empty, nor that it is idle, nor that it is dear.
"""

from collections.abc import Iterator
from typing import ClassVar

from policies.costs.doubts import Doubt, Objection
from policies.costs.opencost.question import AllocationQuestion
from policies.costs.opencost.summary import Before, Summary
from policies.costs.opencost.unit_prices import UnitPrice, object_to_jump
from policies.wording import count

_HALF = 2


class AnswerRule:
    """One rule."""

    doubt: ClassVar[Doubt]

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:
        """What is wrong with the answer, in a sentence; empty where nothing is."""
        raise NotImplementedError


class DataRule(AnswerRule):
    """A failed query to Prometheus, and a Prometheus that lost its data, look like an empty cluster."""

    doubt = Doubt.NO_DATA

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:
        """That there is no row; empty where there is one."""
        if summary.rows:
            return ""
        about = f" of cluster {question.cluster}" if question.cluster else ""
        return f"it has no row{about}; is Prometheus up, and does it have data?"


class PropertiesRule(AnswerRule):
    """A misspelt aggregation is dropped in silence, and so is everything but volumes where the pods are missing."""

    doubt = Doubt.PROPERTIES_MISSING

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """That rows do not say namespace, kind and name of a controller; empty where they do."""
        if summary.half_named:
            return f"{summary.half_named} of its rows say only some of namespace, kind and name of a controller"
        if summary.named or not summary.rows:
            return ""
        return "none of its rows says the namespace, the kind and the name of a controller"


class ClusterRule(AnswerRule):
    """Two clusters behind one OpenCost: their Deployments of the same name would be one row."""

    doubt = Doubt.SEVERAL_CLUSTERS

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:
        """That it is about several clusters; empty where it is about one, or one was named."""
        if question.cluster or summary.clusters < 2:  # noqa: PLR2004 - one or several
            return ""
        return "its rows are of several clusters; say which one this is with FINOPS_OPENCOST_CLUSTER"


class FreeRule(AnswerRule):
    """Prices that were not loaded make everything free."""

    doubt = Doubt.ALL_FREE

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """That nothing costs anything; empty where something does."""
        return "everything in it is free" if summary.consuming and summary.cost <= 0 else ""


class AnswerUsageRule(AnswerRule):
    """Usage that is missing everywhere reads as 0 everywhere, and a whole cluster looks idle."""

    doubt = Doubt.NO_USAGE

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:  # noqa: ARG002 - asks nothing of the question
        """That nothing is used; empty where something is."""
        return "nothing in it uses anything" if summary.consuming and not summary.used else ""


class UnallocatedRule(AnswerRule):
    """Without the labels of Deployments or pods, cost has no owner."""

    doubt = Doubt.MOSTLY_UNALLOCATED

    def object_to(self, summary: Summary, question: AllocationQuestion) -> str:
        """How much of the cost has no owner; empty where that is little enough."""
        share = summary.unallocated / summary.cost if summary.cost > 0 else 0.0
        if share <= question.most_unallocated:
            return ""
        return f"{share:.0%} of its cost belongs to no controller, and at most {question.most_unallocated:.0%} may"


OWN_RULES: tuple[AnswerRule, ...] = (
    DataRule(),
    PropertiesRule(),
    ClusterRule(),
    FreeRule(),
    AnswerUsageRule(),
    UnallocatedRule(),
)
"""What an answer is asked by itself."""


def doubts_of(summary: Summary, question: AllocationQuestion) -> Iterator[Objection]:
    """Every rule that an answer breaks by itself."""
    for rule in OWN_RULES:
        sentence = rule.object_to(summary, question)
        if sentence:
            yield Objection(rule.doubt, sentence)


def doubts_against(summary: Summary, middle: UnitPrice, before: Before) -> Iterator[Objection]:
    """Every rule that it breaks beside the ones before it."""
    if summary.rows * _HALF <= before.rows:
        yield Objection(Doubt.FEWER_ROWS, f"it has {count(summary.rows, 'row')} where {before.rows} were expected")
    if summary.namespaces * _HALF <= before.namespaces:
        yield Objection(
            Doubt.FEWER_NAMESPACES,
            f"it has {count(summary.namespaces, 'namespace')} where {before.namespaces} were expected",
        )
    jump = object_to_jump(middle, before.middle)
    if jump:
        yield Objection(Doubt.PRICE_JUMPED, f"in the middle of all rows, {jump}")
