"""The part of `finops doctor` about credentials that end: how many days each is still good."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.service import TLSConfig

from activities.credentials import CertificatesUnreadable, end_of_token, ends_of_certificates, last_of
from activities.errors import IoError
from activities.kube.kubeconfig import Access, read_access
from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from operations.times import show_time
from policies.wording import count
from worker.errors import ConnectionFailed
from worker.temporal.connection import TemporalTarget, find_target

SOON = timedelta(days=14)
_OF_CLUSTER = "get a new one from the cluster's owner, or let a credential plugin or a token file renew it"
_OF_TEMPORAL = "renew it where TEMPORAL_* or FINOPS_TEMPORAL_API_KEY_FILE say it is"


def check_credentials(
    installation: Installation, now: datetime | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[CheckResult]:
    """Those of the API server and of Temporal. What cannot be had is said by the checks of those servers."""
    at, given = now or datetime.now(UTC), os.environ if environment is None else environment
    try:
        access = read_access(installation.settings.kubeconfig, installation.settings.context, given)
    except IoError:
        pass
    else:
        yield from judge_access(access, at)
    try:
        target = find_target(
            installation.state, environment=given, api_key_file=installation.shared_settings.temporal_api_key_file
        )
    except ConnectionFailed:
        return
    yield from judge_target(target, at)


def judge_access(access: Access, now: datetime) -> Iterator[CheckResult]:
    """Client certificate, token and CA of a way to the API server."""
    configuration = access.configuration
    if configuration.cert_file:
        pem = _read(configuration.cert_file)
        yield _judge_certificate("the API server's client certificate", pem, now, _OF_CLUSTER)
    token = configuration.get_api_key_with_prefix("BearerToken") or ""
    # What a plugin or a file renews ends all the time, and means nothing.
    if token and configuration.refresh_api_key_hook is None:
        yield from _judge_token("the API server's token", token, now, _OF_CLUSTER)
    if access.authority:
        yield _judge_certificate("the API server's CA", access.authority, now, _OF_CLUSTER, is_bundle=True)


def judge_target(target: TemporalTarget, now: datetime) -> Iterator[CheckResult]:
    """The same of a way to Temporal."""
    if isinstance(target.tls, TLSConfig):
        if target.tls.client_cert:
            yield _judge_certificate("Temporal's client certificate", target.tls.client_cert, now, _OF_TEMPORAL)
        if target.tls.server_root_ca_cert:
            authority = target.tls.server_root_ca_cert
            yield _judge_certificate("Temporal's CA", authority, now, _OF_TEMPORAL, is_bundle=True)
    if target.api_key:
        yield from _judge_token("Temporal's API key", target.api_key, now, _OF_TEMPORAL)


def _judge_certificate(subject: str, pem: bytes, now: datetime, mend: str, *, is_bundle: bool = False) -> CheckResult:
    try:
        ends = ends_of_certificates(pem)
    except CertificatesUnreadable as error:
        return warn(subject, f"it is not known when it ends: {error}")
    return _judge_end(subject, last_of(ends) if is_bundle else ends[0], now, mend)


def _judge_token(subject: str, token: str, now: datetime, mend: str) -> Iterator[CheckResult]:
    end = end_of_token(token)
    if end is not None:
        yield _judge_end(subject, end, now, mend)


def _judge_end(subject: str, end: datetime | None, now: datetime, mend: str) -> CheckResult:
    if end is None:
        return warn(subject, "it does not say when it ends")
    left = end - now
    sentence = f"ends {show_time(end)}, in {count(left.days, 'day')}"
    if left <= timedelta(0):
        return fail(subject, f"ended {show_time(end)}", mend)
    return warn(subject, sentence, mend) if left < SOON else ok(subject, sentence)


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError:
        return b""
