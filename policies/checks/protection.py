"""What may never be paused, whatever a policy says."""

from policies.checks.case import Case, Check, Finding, Surroundings
from policies.reasons import Reason
from policies.wildcards import matches
from policies.workload import Workload

ALWAYS_PROTECTED = ("kube-*",)


def protection_of(workload: Workload, surroundings: Surroundings) -> str | None:
    """Why this workload is protected, or None. The pause activity asks this again, whatever its input."""
    namespace = workload.ref.namespace
    for pattern in (*ALWAYS_PROTECTED, *surroundings.protected_namespaces):
        if matches(pattern, namespace):
            return f"namespace {namespace} is protected ({pattern})"
    if workload.priority_class.startswith("system-"):
        return f"its pods have the priority class {workload.priority_class}"
    if str(workload.ref) in surroundings.behind_admission:
        return "an admission webhook, API service or CRD conversion is served by it"
    return None


class ProtectedCheck(Check):
    """System and platform workloads."""

    reasons = (Reason.PROTECTED,)

    def judge(self, case: Case) -> Finding | None:
        """Protected, with what protects it."""
        because = protection_of(case.workload, case.surroundings)
        return None if because is None else Finding(reason=Reason.PROTECTED, sentence=because)
