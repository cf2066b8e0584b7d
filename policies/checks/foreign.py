"""Other tools that put workloads to sleep: the records that they leave on them."""

from policies.annotations import Annotations
from policies.checks.case import Case, Check, Finding, Question
from policies.checks.reasons import Reason

FOREIGN_RECORDS = {
    "downscaler/original-replicas": "py-kube-downscaler or GoKubeDownscaler",
    "hibernator.devtron.ai/replicas": "winter-soldier",
}
"""The annotation under which each keeps the count that it wakes with. kube-green keeps its own in a Secret."""


class ForeignRecordCheck(Check):
    """A running workload with another tool's record: at zero it would be taken for that tool's own sleeper, and woken
    at the count of that record, whatever it had.
    """

    reasons = (Reason.FOREIGN_RECORD,)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - asked of all alike
        """Whether two would put it to sleep."""
        return Question(text="recorded by another sleep tool?")

    def judge(self, case: Case) -> Finding | None:
        """ForeignRecord, with the annotation. At zero it is ZeroCheck's business."""
        found = find_foreign_record(case.workload.annotations)
        if found is None or case.workload.is_down:
            return None
        key, tool = found
        count = case.workload.annotations[key]
        return Finding(
            reason=Reason.FOREIGN_RECORD,
            sentence=f"{tool} remembers a count of {count} for it ({key}) and would wake it with that count: exclude "
            "the workload there, and remove the annotation while it runs",
            evidence={"annotation": key, "count": count},
        )


def find_foreign_record(annotations: Annotations) -> tuple[str, str] | None:
    """The annotation of another tool that keeps a count in it, and that tool; or None."""
    return next(((key, tool) for key, tool in FOREIGN_RECORDS.items() if key in annotations), None)
