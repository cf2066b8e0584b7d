"""What a pod may use and be idle all the same, where a policy knows better than the defaults."""

from typing import Annotated

from pydantic import Field

from policies.policy.parts import DocumentPart

STEADY_BYTES = 3_000
"""A second, in and out together: probes, scrapes and leases. Google's recommender takes 2,000 in and 1,000 out."""


class IdleLimits(DocumentPart):
    """What each pod of an idle workload may use on average. Bursts above a pod's own average are work all the same."""

    cpu_cores: Annotated[float, Field(strict=True, ge=0.001, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Cores. Without it a tenth of what the pod requests, at least 0.005 and at most 0.03.",
    )
    network_bytes_per_second: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000_000)] = Field(
        default=STEADY_BYTES,
        description="In and out together. Probes and scrapes stay below the default; a mesh, a long page of metrics "
        "or the keep-alives of a database do not.",
    )
