"""Until when credentials are good."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client.configuration import Configuration
from temporalio.service import TLSConfig
from tokens import jwt

from activities.credentials import end_of_token
from activities.kube.kubeconfig import Access
from localcluster.certificates import VALID, Authority
from operations.doctor.check_results import Level
from operations.doctor.credentials import check_credentials, judge_access, judge_target
from operations.installation import Installation
from worker.temporal.connection import TemporalTarget

NOW = datetime.now(UTC) + timedelta(hours=1)
"""Late enough that less than seven days are left of a certificate that a test issues."""
DAY = timedelta(days=1)


def access(authority: bytes = b"", certificate: Path | None = None, token: str = "", renewed: bool = False) -> Access:
    configuration: Any = Configuration()
    configuration.cert_file = None if certificate is None else str(certificate)
    configuration.api_key = {"BearerToken": f"Bearer {token}"} if token else {}
    configuration.refresh_api_key_hook = (lambda _: None) if renewed else None
    return Access(configuration=configuration, context="here", authority=authority)


@pytest.mark.parametrize(
    ("left", "level"),
    [(timedelta(hours=-1), Level.FAIL), (DAY, Level.WARN), (13 * DAY, Level.WARN), (15 * DAY, Level.OK)],
    ids=str,
)
def test_the_days_left_decide(left: timedelta, level: Level) -> None:
    (found,) = judge_access(access(token=jwt(NOW + left)), NOW)
    assert (found.subject, found.level) == ("the API server's token", level)


def test_one_day_is_no_days() -> None:
    (found,) = judge_access(access(token=jwt(NOW + timedelta(hours=36))), NOW)
    assert found.sentence.endswith(", in 1 day")


def test_certificate_and_ca_of_the_api_server_are_looked_at(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, _ = authority.issue("me", user="me")
    found = list(judge_access(access(authority.certificate.read_bytes(), certificate), NOW))
    assert [(each.subject, each.level) for each in found] == [
        ("the API server's client certificate", Level.WARN),
        ("the API server's CA", Level.WARN),
    ]
    assert "in 6 days" in found[0].sentence
    assert [each.level for each in judge_access(access(b"", certificate), NOW + VALID)] == [Level.FAIL]


def test_what_is_renewed_by_itself_means_nothing() -> None:
    assert list(judge_access(access(token=jwt(NOW + timedelta(minutes=5)), renewed=True), NOW)) == []


def test_of_a_bundle_the_ca_that_lasts_longest_counts(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    bundle = b"".join(Authority(folder).certificate.read_bytes() for folder in (old, new))
    (found,) = judge_access(access(bundle), NOW)
    assert "in 6 days" in found.sentence


def test_those_of_temporal_are_looked_at(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, _ = authority.issue("me", user="me")
    tls = TLSConfig(server_root_ca_cert=authority.certificate.read_bytes(), client_cert=certificate.read_bytes())
    target = TemporalTarget(address="t:7233", source="a test", tls=tls, api_key=jwt(NOW - DAY))
    assert [(each.subject, each.level) for each in judge_target(target, NOW)] == [
        ("Temporal's client certificate", Level.WARN),
        ("Temporal's CA", Level.WARN),
        ("Temporal's API key", Level.FAIL),
    ]


@pytest.mark.parametrize(
    "token",
    ["", "abc", "a.b.c", "e30.e30.e30", jwt(NOW)[:-8].replace(".", "")],
    ids=["none", "no token", "no base64", "says nothing", "no dots"],
)
def test_a_token_that_says_no_end_has_none(token: str) -> None:
    assert end_of_token(token) is None


def test_what_is_no_certificate_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.crt"
    broken.write_text("no certificate")
    (found,) = judge_access(access(certificate=broken), NOW)
    assert (found.level, "it is not a certificate" in found.sentence) == (Level.WARN, True)


def test_an_api_key_that_stands_in_a_file_is_looked_at(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(jwt(NOW - DAY))
    flags = {"state_dir": tmp_path, "kubeconfig": tmp_path / "none", "temporal_api_key_file": key}
    asked = Installation(flags, user="me@here")
    environment = {"HOME": str(tmp_path), "TEMPORAL_ADDRESS": "temporal.dev:7233"}
    (found,) = check_credentials(asked, NOW, environment)
    assert (found.subject, found.level) == ("Temporal's API key", Level.FAIL)
    assert "FINOPS_TEMPORAL_API_KEY_FILE" in found.mend
