"""Checks of doctor that need no server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from cases import policy
from tokens import jwt

from activities.errors import Call, Unavailable
from activities.policy_sources.source import PoliciesRead
from cli.session import Session
from operations.doctor.cluster import list_findings
from operations.doctor.credentials import check_credentials
from operations.doctor.findings import Finding, Level
from operations.doctor.policies import check_policies
from worker.settings.settings import PolicyPlace
from worker.state import StateFolder

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_listing_that_gets_no_answer_is_no_missing_right() -> None:
    call = Call(verb="list", resource="deployments", namespace="", name="", writes=False)

    def check(_: Session) -> Iterator[Finding]:
        raise Unavailable(call, status=503, reason="ServiceUnavailable")
        yield

    (found,) = list_findings(cast("Session", None), "Deployments", check)
    assert (found.subject, found.level) == ("Deployments", Level.FAIL)


@pytest.mark.parametrize(
    ("objection", "levels"), [("", [Level.OK]), ("their CRD is older", [Level.FAIL])], ids=["all is well", "older CRD"]
)
def test_policies_that_pause_nothing_are_not_called_in_force(objection: str, levels: list[Level]) -> None:
    source = SimpleNamespace(read=lambda: PoliciesRead((policy(),), objection=objection), place="the cluster")
    settings = SimpleNamespace(policy_source=PolicyPlace.CLUSTER)
    found = list(check_policies(cast("Session", SimpleNamespace(settings=settings, policies=source))))
    assert [each.level for each in found] == levels
    assert all("kubectl apply" in each.mend for each in found if each.level is Level.FAIL)


def test_an_api_key_that_stands_in_a_file_is_looked_at(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(jwt(NOW - timedelta(days=1)))
    settings = SimpleNamespace(kubeconfig=tmp_path / "none", context=None, temporal_api_key_file=key)
    session = SimpleNamespace(settings=settings, shared_settings=settings, state=StateFolder(tmp_path))
    environment = {"HOME": str(tmp_path), "TEMPORAL_ADDRESS": "temporal.dev:7233"}
    (found,) = check_credentials(cast("Session", session), NOW, environment)
    assert (found.subject, found.level) == ("Temporal's API key", Level.FAIL)
    assert "FINOPS_TEMPORAL_API_KEY_FILE" in found.mend
