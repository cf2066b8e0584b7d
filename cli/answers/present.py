"""What `doctor` and `costs` answer to programs."""

from cli.answers.place import Placed
from operations.costs.costs import DeploymentCost
from operations.costs.money import Spending
from operations.doctor.check_results import CheckResult
from policies.models import Frozen


class DoctorAnswer(Frozen):
    """`finops doctor`."""

    checks: tuple[CheckResult, ...]


class CostsAnswer(Placed):
    """`finops costs`."""

    deployments: tuple[DeploymentCost, ...]
    together: Spending
    problem: str
    """What is wrong with the cost source; empty where it answered."""
    costs_kept: str
    """How long a worker acts on what the source answered."""
