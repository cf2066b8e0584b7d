"""Which Deployments a command is about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import PlainSerializer

from operations.errors import UsageProblem
from policies import annotations as notes
from policies.keys import WorkloadKey, is_dns_label, parse_key
from policies.kinds import DEPLOYMENT, kind_called
from policies.wording import as_name
from policies.workload import Workload, WorkloadRef

WorkloadName = Annotated[WorkloadKey, PlainSerializer(str, return_type=str)]
"""A workload in a result: programs get it as people write it."""


def read_keys(texts: Iterable[str], namespace: str | None = None) -> tuple[WorkloadKey, ...]:
    """Each workload once, in the order they were named. Raises UsageProblem."""
    return tuple(dict.fromkeys(read_key(text, namespace) for text in texts))


def read_key(text: str, namespace: str | None = None) -> WorkloadKey:
    """`NAMESPACE/NAME`; with a namespace also `NAME` and kubectl's `deployment/NAME`. Raises UsageProblem.

    Without a namespace, what stands before the slash is one: it may well be called `deploy`.
    """
    key = parse_key(text) if namespace is None else _read_like_kubectl(text, read_namespace(namespace))
    if key is None:
        bare = "; the namespace of the context is not taken" if namespace is None and "/" not in text else ""
        raise UsageProblem(
            f"{text!r} is not NAMESPACE/NAME, such as dev-shop/frontend, nor deployment/NAME with -n NAMESPACE{bare}"
        )
    return key


def _read_like_kubectl(text: str, namespace: str) -> WorkloadKey | None:
    before, slash, name = text.rpartition("/")
    kind = kind_called(before) if slash and before != namespace else DEPLOYMENT
    if kind is None:
        raise UsageProblem(
            f"{before!r} in {text!r} is neither {namespace}, the namespace of -n, nor a kind that can sleep: write "
            "deployment/NAME with -n NAMESPACE, or NAMESPACE/NAME"
        )
    return parse_key(f"{namespace}/{name}", kind.name)


def read_namespace(text: str) -> str:
    """The name of a namespace. Raises UsageProblem."""
    if not is_dns_label(text):
        raise UsageProblem(f"{text!r} is not the name of a namespace")
    return text


def is_sleeper(workload: Workload) -> bool:
    """Whether a workload sleeps under a record of this product, no matter which installation wrote it."""
    return workload.is_down and notes.is_annotated(workload.annotations)


def instance_of(workload: Workload) -> str:
    """The installation that a sleeper belongs to; empty where its record does not say."""
    return workload.annotations.get(notes.INSTANCE, "")


def scale_by_hand(ref: WorkloadRef, replicas: int | None = None) -> str:
    """The command that gives a workload a count without this product; `N` where it is not known."""
    count = "N" if replicas is None else replicas
    return f"kubectl -n {ref.namespace} scale {ref.kind} {ref.name} --replicas {count}"


@dataclass(frozen=True)
class Target:
    """What a command is about: one Deployment, those of a namespace, or all of them."""

    key: WorkloadKey | None = None
    namespace: str | None = None

    @classmethod
    def parse(cls, workload: str | None, namespace: str | None, *, everything: bool = False) -> "Target":
        """The target that was named; with a workload, the namespace is that workload's.

        Raises UsageProblem unless there is exactly one.
        """
        if (workload is not None or namespace is not None) + everything != 1:
            raise UsageProblem("name one target: NAMESPACE/NAME, -n NAMESPACE, or -A for all of them")
        if workload is not None:
            return cls(key=read_key(workload, namespace))
        return cls(namespace=None if namespace is None else read_namespace(namespace))

    @classmethod
    def parse_each(
        cls, workloads: Iterable[str], namespace: str | None, *, everything: bool = False
    ) -> tuple["Target", ...]:
        """A target for each workload that was named; else the one that the namespace is, or everything.

        Raises UsageProblem.
        """
        each = (cls.parse(workload, namespace, everything=everything) for workload in workloads)
        return tuple(dict.fromkeys(each)) or (cls.parse(None, namespace, everything=everything),)

    def __str__(self) -> str:
        if self.key is not None:
            return str(self.key)
        return "the whole cluster" if self.namespace is None else f"namespace {self.namespace}"

    def covers(self, workload: Workload) -> bool:
        """Whether a Deployment is meant."""
        if self.key is not None:
            return self.key == workload.ref.key
        return self.namespace is None or workload.ref.namespace == self.namespace


def choose_sleepers(
    workloads: Iterable[Workload], target: Target, instance: str | None
) -> tuple[tuple[Workload, ...], tuple[Workload, ...]]:
    """The sleepers of a target that are ours to wake, and those of other installations.

    One that is named exactly counts as ours in any case. Raises UsageProblem where several are meant and our own
    instance is not known.
    """
    sleepers = [workload for workload in workloads if is_sleeper(workload) and target.covers(workload)]
    if target.key is not None:
        return tuple(sleepers), ()
    if instance is None and sleepers:
        counted = Counter(as_name(instance_of(workload)) or "unnamed" for workload in sleepers)
        there = ", ".join(f"{name} ({count})" for name, count in sorted(counted.items()))
        raise UsageProblem(f"these sleepers belong to: {there}; say whose you mean with --instance NAME")
    ours = tuple(workload for workload in sleepers if instance_of(workload) == instance)
    return ours, tuple(workload for workload in sleepers if instance_of(workload) != instance)
