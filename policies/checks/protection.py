"""What may never be paused, whatever a policy says."""

from functools import lru_cache

from policies.checks.case import Case, Check, Finding, Question, Surroundings
from policies.checks.platforms import ALWAYS_PROTECTED
from policies.checks.reasons import Reason
from policies.wildcards import matches
from policies.workload import Workload


def protection_of(workload: Workload, surroundings: Surroundings) -> str | None:
    """Why this workload is protected, or None. The pause activity asks this again, whatever it was given."""
    namespace = workload.ref.namespace
    pattern = protecting_pattern(namespace, surroundings)
    if pattern is not None:
        return f"namespace {namespace} is protected ({pattern})"
    if workload.priority_class.startswith("system-"):
        return f"its pods have the priority class {workload.priority_class}"
    backend = surroundings.backends.behind(workload)
    return None if backend is None else backend.because


def protecting_pattern(namespace: str, surroundings: Surroundings) -> str | None:
    """The pattern that protects a namespace, or None."""
    patterns = () if namespace in surroundings.unprotected_namespaces else surroundings.protected_namespaces
    return _first_match(namespace, surroundings.own_namespaces, patterns)


@lru_cache(maxsize=1024)
def _first_match(namespace: str, own: tuple[str, ...], patterns: tuple[str, ...]) -> str | None:
    """Remembered: some fifty patterns are the same for every workload of a cluster, and most share a namespace."""
    return next((each for each in (ALWAYS_PROTECTED, *own, *patterns) if matches(each, namespace)), None)


class ProtectedCheck(Check):
    """System and platform workloads."""

    reasons = (Reason.PROTECTED,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether the cluster or this service depends on it."""
        return Question(text="protected from every pause?")

    def judge(self, case: Case) -> Finding | None:
        """Protected, with what protects it."""
        because = protection_of(case.workload, case.surroundings)
        return None if because is None else Finding(reason=Reason.PROTECTED, sentence=because)
