"""What a worker reaches the API server by is renewed in every gap of a life, and no count is lost over it."""

from pathlib import Path

import pytest
from faults.replaying import lines_of
from faults.report import Report, hold
from faults.run import play
from faults.stage import open_stage
from faults.suites import renewals
from temporalio.client import Client

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]


async def test_no_renewal_in_any_gap_loses_a_count(
    request: pytest.FixtureRequest,
    cluster: LocalCluster,
    temporal_client: Client,
    kubectl: str,
    tmp_path: Path,
    report: Report,
) -> None:
    lines = lines_of(request, "renewal")
    cases = [case for case in renewals() if not lines or case.line in lines]
    async with open_stage(cluster, temporal_client, tmp_path, kubectl, name="renewals", renewing=True) as stage:
        (result,) = await play(stage, {"renewal": cases})
    hold(result, report, "renewal")
