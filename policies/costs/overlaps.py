"""Which pods are whose, as OpenCost sees it: by the labels of selectors alone, never by owners.

Where that cannot be right, or is right by chance, the price of a row is not the price of that Deployment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from policies.costs.doubts import Doubt, Objection
from policies.keys import WorkloadKey
from policies.kinds import kind_named

Labels = Mapping[str, str]


class PodSelection(NamedTuple):
    """A workload's selector, as far as OpenCost reads it, and the labels of its own pods."""

    key: WorkloadKey
    replicas: int
    match_labels: Labels
    template_labels: Labels

    def takes(self, other: "PodSelection") -> bool:
        """Whether its labels select the pods of another workload of the namespace."""
        return all(other.template_labels.get(key) == value for key, value in self.match_labels.items())


def object_to_selections(selections: Iterable[PodSelection]) -> dict[WorkloadKey, Objection]:
    """Why rows of OpenCost's cannot be trusted to be about these workloads."""
    objections: dict[WorkloadKey, Objection] = {}
    by_namespace: dict[str, list[PodSelection]] = defaultdict(list)
    for selection in selections:
        if selection.match_labels:
            by_namespace[selection.key.namespace].append(selection)
        else:
            objections[selection.key] = Objection(
                Doubt.EXPRESSIONS_ONLY,
                "its selector has no matchLabels, which is all that OpenCost reads, so its pods have no price there",
            )
    for members in by_namespace.values():
        for one, other in _overlaps(members):
            objections[one.key] = _shared_with(other)
            objections[other.key] = _shared_with(one)
    return objections


def _overlaps(members: Sequence[PodSelection]) -> Iterator[tuple[PodSelection, PodSelection]]:
    """The pairs of which the first one's labels select the second one's pods.

    Of each selector only the rarest label is looked up: a label that all Deployments of a namespace share would make
    this quadratic.
    """
    carriers: dict[tuple[str, str], list[PodSelection]] = defaultdict(list)
    for member in members:
        for label in member.template_labels.items():
            carriers[label].append(member)
    counts = Counter({label: len(found) for label, found in carriers.items()})
    for one in members:
        rarest = min(one.match_labels.items(), key=lambda label: counts[label])
        for other in carriers.get(rarest, ()):
            if other is not one and one.takes(other):
                yield one, other


def _shared_with(other: PodSelection) -> Objection:
    named = f"{kind_named(other.key.kind).title} {other.key.name}"
    return Objection(
        Doubt.SELECTORS_OVERLAP,
        f"its selector and that of {named} match the same pods, which OpenCost gives to one or the other by chance",
    )
