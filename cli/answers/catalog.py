"""Which command answers with what: from here the reference of the JSON is made, and its stability tested."""

from collections.abc import Mapping

from cli.answers.changes import ApplyAnswer, DeleteAnswer, HoldAnswer, KeepAwakeAnswer, PauseAnswer, ResumeAnswer
from cli.answers.past import HistoryAnswer, SavingsAnswer
from cli.answers.plans import BacktestAnswer, CalendarAnswer, ExplainAnswer, ImportAnswer, PlanAnswer
from cli.answers.present import CostsAnswer, DoctorAnswer
from cli.answers.status import ClustersAnswer, StatusAnswer
from cli.answers.version import VersionAnswer
from operations.past.report import NightReport
from operations.present.in_force import PoliciesInForce, PolicyInDetail
from policies.models import Frozen

ANSWERS: Mapping[str, type[Frozen]] = {
    "plan": PlanAnswer,
    "explain": ExplainAnswer,
    "calendar": CalendarAnswer,
    "backtest": BacktestAnswer,
    "import": ImportAnswer,
    "apply": ApplyAnswer,
    "delete": DeleteAnswer,
    "status": StatusAnswer,
    "status --all-clusters": ClustersAnswer,
    "costs": CostsAnswer,
    "savings": SavingsAnswer,
    "history": HistoryAnswer,
    "pause": PauseAnswer,
    "resume": ResumeAnswer,
    "keep-awake": KeepAwakeAnswer,
    "hold": HoldAnswer,
    "release": HoldAnswer,
    "doctor": DoctorAnswer,
    "policies": PoliciesInForce,
    "policies NAME": PolicyInDetail,
    "report": NightReport,
    "version": VersionAnswer,
}
"""By what is typed."""
