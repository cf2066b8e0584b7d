"""The second opinion: requests by price list, beside what another source says a workload costs."""

from policies.costs.cost import CostAnswer, HourlyCost
from policies.costs.doubts import Doubt, Objection
from policies.wording import amount

FAR_APART = 5.0
"""More than so many times apart, one of the two is wrong, and there is no telling which."""


def weigh(answer: CostAnswer, second: CostAnswer) -> CostAnswer:
    """The answer with the second opinion beside it; its cost is not believed where the two are far apart.

    Without requests there is no second opinion, and the answer stands alone. An earlier figure that is as far apart was
    never believed, and is not shown.
    """
    opinion = second.cost
    if opinion is None or opinion.amount <= 0:
        return answer
    beside = answer.replace(opinion=opinion)
    if answer.earlier is not None and _far_apart(answer.earlier.cost, opinion):
        beside = beside.replace(earlier=None)
    if answer.cost is None or not _far_apart(answer.cost, opinion):
        return beside
    return beside.doubted(
        Objection(
            Doubt.OPINIONS_DIFFER,
            f"{answer.cost.source} says {amount(answer.cost.amount, places=4)} an hour, and its requests by price list "
            f"are {amount(opinion.amount, places=4)}: more than {FAR_APART:g} times apart",
        )
    )


def _far_apart(cost: HourlyCost, opinion: HourlyCost) -> bool:
    low, high = sorted((cost.amount, opinion.amount))
    return high > low * FAR_APART
