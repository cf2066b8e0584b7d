"""What a workload costs an hour, and where the figure comes from."""

from pydantic import Field

from policies.models import Frozen


class Requests(Frozen):
    """What a Deployment's containers ask for: cores, bytes and GPUs."""

    cpu_cores: float = Field(default=0, ge=0)
    memory_bytes: float = Field(default=0, ge=0)
    gpus: float = Field(default=0, ge=0)

    @property
    def nothing(self) -> bool:
        """Whether no container asks for anything, so that a price list has no opinion."""
        return not (self.cpu_cores or self.memory_bytes or self.gpus)

    def times(self, count: int) -> "Requests":
        """The requests of `count` such pods."""
        return Requests(
            cpu_cores=self.cpu_cores * count, memory_bytes=self.memory_bytes * count, gpus=self.gpus * count
        )


class HourlyCost(Frozen):
    """CPU, memory and GPU of a whole Deployment for an hour, as it runs.

    Volumes and load balancers are left out: they go on costing while a workload sleeps.
    """

    amount: float
    currency: str
    source: str

    def __str__(self) -> str:
        return f"{self.amount:.4f} {self.currency}/h ({self.source})"


class CostAnswer(Frozen):
    """What a cost source says of one Deployment: a cost, or the reason why it gives none."""

    cost: HourlyCost | None = None
    unknown_because: str = ""
