import base64
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpanswers import Answer, AnsweringServer, Asked

from activities.errors import Call, Denied, IdentityMismatch, Unreachable
from activities.kube import client
from activities.kube.kubeconfig import Access, read_access
from activities.kube.replies import Reply
from activities.kube.transport import KubeTransport

Connect = Callable[..., KubeTransport]
ASK_ONCE = """
import sys, pathlib
from activities.kube.transport import KubeTransport
transport = KubeTransport.connect(pathlib.Path(sys.argv[1]))
print(transport.request("GET", "/x").status)
transport.close()
"""
LEAP = timedelta(seconds=11)
EXEC_API = "client.authentication.k8s.io/v1"


def test_every_request_carries_the_credentials_and_our_name(connect: Connect) -> None:
    with AnsweringServer() as server:
        transport = connect(server.url, {"token": "t-1"})
        transport.request("GET", "/one")
        transport.request("PATCH", "/two", body=b"{}", content_type="application/merge-patch+json")
        transport.close()
    assert [asked.headers["authorization"] for asked in map(_lowered, server.asked)] == ["Bearer t-1"] * 2
    assert all(asked.headers["user-agent"].startswith("finops-enforcer/") for asked in map(_lowered, server.asked))


def test_the_body_goes_out_as_it_is(connect: Connect) -> None:
    with AnsweringServer() as server:
        transport = connect(server.url)
        transport.request(
            "PATCH", "/x", query={"a": "b c"}, body=b'{"a": null}', content_type="application/merge-patch+json"
        )
        transport.close()
    (asked,) = map(_lowered, server.asked)
    assert (asked.target, asked.body) == ("/x?a=b+c", b'{"a": null}')
    assert asked.headers["content-type"] == "application/merge-patch+json"


def test_the_servers_clock_is_told(connect: Connect) -> None:
    with AnsweringServer() as server:
        transport = connect(server.url)
        reply = transport.request("GET", "/x")
        transport.close()
    assert reply.server_time is not None
    assert reply.server_time.tzinfo == UTC
    assert abs((datetime.now(UTC) - reply.server_time).total_seconds()) < 60


def test_the_servers_clock_is_counted_on_from_its_latest_answer(tmp_path: Path, connect: Connect) -> None:
    with AnsweringServer() as server:
        transport = _impatient(tmp_path, server.url, {}, connect)
        before = transport.server_now()
        reply = transport.request("GET", "/x")
        then, later = transport.server_now(), transport.server_now()
        transport.close()
    assert reply.server_time is not None
    assert (before, then, later) == (None, reply.server_time + LEAP, reply.server_time + 2 * LEAP)


def test_an_answer_that_lay_there_while_this_process_stood_still_tells_no_time(
    tmp_path: Path, connect: Connect
) -> None:
    with AnsweringServer() as server:
        transport = _impatient(tmp_path, server.url, {}, connect, leap=timedelta(seconds=31))
        transport.request("GET", "/x")
        transport.close()
    assert transport.server_now() is None


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}], ids=["none", "nonsense"])
def test_a_server_that_does_not_tell_its_time_has_none(date: dict[str, str]) -> None:
    reply = Reply(Call(verb="get", resource="x"), 200, date, b"")
    assert reply.server_time is None


def test_a_date_without_a_zone_is_greenwichs() -> None:
    reply = Reply(Call(verb="get", resource="x"), 200, {"Date": "Mon, 23 Nov 2026 20:00:00 -0000"}, b"")
    assert reply.server_time == datetime(2026, 11, 23, 20, tzinfo=UTC)


def test_context_and_server_are_there_for_messages(connect: Connect) -> None:
    transport = connect("http://127.0.0.1:1/clusters/a")
    assert (transport.context_name, transport.server) == ("here", "http://127.0.0.1:1/clusters/a")


def test_a_token_file_is_read_again_when_its_token_has_expired(tmp_path: Path, connect: Connect) -> None:
    token = tmp_path / "token"
    token.write_text("old")
    with AnsweringServer(Answer(401), Answer(200)) as server:
        transport = _impatient(tmp_path, server.url, {"tokenFile": str(token)}, connect)
        token.write_text("new")
        assert transport.request("PATCH", "/x", body=b"{}").status == 200
        transport.close()
    assert [asked.headers["authorization"] for asked in map(_lowered, server.asked)] == ["Bearer old", "Bearer new"]


def test_who_is_to_be_taken_for_somebody_else_asks_for_it_with_every_request(connect: Connect) -> None:
    user = {
        "token": "t-1",
        "as": "system:serviceaccount:finops:reader",
        "as-uid": "u-1",
        "as-groups": ["readers"],
        "as-user-extra": {"example.com/reason": ["idle"]},
    }
    with AnsweringServer() as server:
        transport = connect(server.url, user)
        transport.request("PATCH", "/x", body=b"{}")
        transport.close()
    asked = _lowered(server.asked[0]).headers
    assert {name: value for name, value in asked.items() if name.startswith("impersonate-")} == {
        "impersonate-user": "system:serviceaccount:finops:reader",
        "impersonate-uid": "u-1",
        "impersonate-group": "readers",
        "impersonate-extra-example.com%2freason": "idle",
    }


@pytest.mark.cluster
def test_an_administrator_who_is_taken_for_somebody_else_has_no_more_rights_than_they(
    kubeconfig: Path, tmp_path: Path
) -> None:
    document = json.loads(kubeconfig.read_text())
    document["users"][0]["user"] |= {"as": "nobody-in-particular", "as-groups": ["one", "two"]}
    (tmp_path / "kubeconfig").write_text(json.dumps(document))
    transport = KubeTransport.connect(tmp_path / "kubeconfig")
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    reply = transport.request("POST", path, body=json.dumps(review).encode(), content_type="application/json")
    with pytest.raises(Denied):
        transport.request("GET", "/api/v1/namespaces")
    transport.close()
    told = json.loads(reply.body)["status"]["userInfo"]
    assert (told["username"], told["groups"]) == ("nobody-in-particular", ["one", "two", "system:authenticated"])


def test_a_plugin_gives_the_token(tmp_path: Path, connect: Connect) -> None:
    credential = {"apiVersion": EXEC_API, "kind": "ExecCredential", "status": {"token": "from-plugin"}}
    script = tmp_path / "plugin.py"
    script.write_text(f"print({json.dumps(json.dumps(credential))})")
    plugin = {"apiVersion": EXEC_API, "command": sys.executable, "args": [str(script)]}
    with AnsweringServer() as server:
        transport = connect(server.url, {"exec": plugin})
        transport.request("GET", "/x")
        transport.close()
    assert _lowered(server.asked[0]).headers["authorization"] == "Bearer from-plugin"


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, Any]:
    """The user of a plugin that answers once, with a token that has ended, and then waits for somebody to type."""
    status = {"token": "from-plugin", "expirationTimestamp": "2026-01-01T00:00:00Z"}
    credential = {"apiVersion": EXEC_API, "kind": "ExecCredential", "status": status}
    script = tmp_path / "plugin.py"
    script.write_text(
        "import pathlib, time\n"
        f"once = pathlib.Path({str(tmp_path / 'once')!r})\n"
        "time.sleep(60 if once.exists() else 0)\n"
        "once.touch()\n"
        f"print({json.dumps(json.dumps(credential))})\n"
    )
    return {"exec": {"apiVersion": EXEC_API, "command": sys.executable, "args": [str(script), "--secret=CANARY"]}}


def test_a_plugin_that_waits_for_nobody_is_ended(
    hanging: dict[str, Any], connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with AnsweringServer(Answer(401)) as server:
        transport = connect(server.url, hanging)
        monkeypatch.setattr(client, "PLUGIN_SECONDS", 0.2)
        began = time.monotonic()
        with pytest.raises(Denied, match="does not take the credentials"):
            transport.request("GET", "/x")
        transport.close()
    assert time.monotonic() - began < 30
    assert "the credential plugin gave nothing within 0.2 s" in caplog.text
    assert "CANARY" not in caplog.text


def test_while_a_plugin_hangs_nobody_waits_longer_than_for_an_answer(
    hanging: dict[str, Any], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AnsweringServer() as server, ThreadPoolExecutor(3) as threads:
        transport = connect(server.url, hanging)
        monkeypatch.setattr(client, "PLUGIN_SECONDS", 2.0)
        monkeypatch.setattr("activities.kube.transport.READ_SECONDS", 0.2)
        outcomes = [threads.submit(transport.request, "GET", "/x") for _ in range(3)]
        failed = [outcome for outcome in as_completed(outcomes) if outcome.exception()]
        transport.close()
    assert len(failed) == 2
    with pytest.raises(Unreachable, match="its credential plugin has not finished"):
        failed[0].result()


def test_credentials_that_stay_wrong_are_not_tried_for_ever(connect: Connect) -> None:
    with AnsweringServer(Answer(401)) as server:
        transport = connect(server.url, {"token": "wrong"})
        for _ in range(3):
            with pytest.raises(Denied, match="does not take the credentials"):
                transport.request("GET", "/x")
        transport.close()
    assert len(server.asked) == 3


def test_a_proxy_of_the_environment_does_not_catch_this_machine(tmp_path: Path, connect: Connect) -> None:
    with AnsweringServer() as server:
        connect(server.url)
        done = subprocess.run(
            [sys.executable, "-c", ASK_ONCE, str(tmp_path / "kubeconfig")],
            env={**os.environ, "http_proxy": "http://127.0.0.1:1", "no_proxy": "example.com"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def two_contexts(path: Path, first: str, second: str, *, current: str, token: str = "t") -> Path:
    """Contexts `one` and `two`, at these addresses."""
    document = {
        "clusters": [{"name": "c1", "cluster": {"server": first}}, {"name": "c2", "cluster": {"server": second}}],
        "users": [{"name": "me", "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": cluster, "user": "me"}}
            for name, cluster in (("one", "c1"), ("two", "c2"))
        ],
        "current-context": current,
    }
    path.write_text(json.dumps(document))
    return path


def test_credentials_are_read_anew_for_the_context_of_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    with AnsweringServer(Answer(401), Answer(200)) as first, AnsweringServer() as second:
        transport = KubeTransport.connect(two_contexts(path, first.url, second.url, current="one"), clock=_leaping())
        two_contexts(path, first.url, second.url, current="two", token="fresh")
        assert transport.request("PATCH", "/x", body=b"{}").status == 200
        transport.close()
    assert (len(first.asked), second.asked) == (2, [])
    assert _lowered(first.asked[1]).headers["authorization"] == "Bearer fresh"


def guarded(tmp_path: Path, first: str) -> KubeTransport:
    """Held to the server it began with."""
    path = tmp_path / "kubeconfig"
    transport = KubeTransport.connect(two_contexts(path, first, first, current="one"), clock=_leaping())

    def check(candidate: KubeTransport) -> None:
        if candidate.server != first:
            raise IdentityMismatch(expected=first, found=candidate.server)

    transport.guard(check)
    return transport


def test_a_kubeconfig_that_leads_elsewhere_meanwhile_is_not_followed(tmp_path: Path) -> None:
    with AnsweringServer(Answer(401)) as first, AnsweringServer() as second:
        transport = guarded(tmp_path, first.url)
        two_contexts(tmp_path / "kubeconfig", second.url, second.url, current="one")
        for _ in range(2):
            with pytest.raises(Unreachable, match="this is another cluster"):
                transport.request("PATCH", "/x", body=b"{}")
        assert transport.server == first.url
        transport.close()
    assert second.asked == []


def test_it_goes_on_when_the_kubeconfig_leads_back(tmp_path: Path) -> None:
    with AnsweringServer(Answer(401), Answer(401), Answer(200)) as first, AnsweringServer() as second:
        transport = guarded(tmp_path, first.url)
        two_contexts(tmp_path / "kubeconfig", second.url, second.url, current="one")
        with pytest.raises(Unreachable):
            transport.request("PATCH", "/x", body=b"{}")
        two_contexts(tmp_path / "kubeconfig", first.url, second.url, current="two")
        assert transport.request("PATCH", "/x", body=b"{}").status == 200
        transport.close()


@pytest.mark.cluster
def test_certificates_that_a_cleaner_removed_are_written_again(kubeconfig: Path, tmp_path: Path) -> None:
    document = json.loads(kubeconfig.read_text())
    cluster = document["clusters"][0]["cluster"]
    own = base64.b64decode(cluster["certificate-authority-data"]) + b"\n"  # files are shared by their content
    cluster["certificate-authority-data"] = base64.b64encode(own).decode()
    (tmp_path / "kubeconfig").write_text(json.dumps(document))
    accesses: list[Access] = []

    def load() -> Access:
        accesses.append(read_access(tmp_path / "kubeconfig", None, {}))
        return accesses[-1]

    transport = KubeTransport(load, clock=_leaping())
    written = accesses[0].configuration.ssl_ca_cert
    assert written is not None
    Path(written).unlink()
    assert transport.request("GET", "/version").status == 200
    transport.close()


def _impatient(
    tmp_path: Path, url: str, user: dict[str, str], connect: Connect, leap: timedelta = LEAP
) -> KubeTransport:
    """A transport for which so much time, or eleven seconds, passes between any two looks at its clock."""
    connect(url, user)
    return KubeTransport(lambda: read_access(tmp_path / "kubeconfig", None, {}), clock=_leaping(leap))


def _leaping(leap: timedelta = LEAP) -> Callable[[], float]:
    looks = itertools.count()
    return lambda: next(looks) * leap.total_seconds()


def _lowered(asked: Asked) -> Asked:
    return replace(asked, headers={name.lower(): value for name, value in asked.headers.items()})
