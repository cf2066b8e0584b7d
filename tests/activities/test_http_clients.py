"""Clients of servers that settings name: proxies of the environment, and CAs that are replaced."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpanswers import Answer, AnsweringServer

from activities.errors import CaFileError, ClientError, ProxyInvalid
from activities.http_clients import find_proxy, open_client, say_failure
from localcluster.certificates import Authority

PROXY = "http://proxy.example:3128"
SERVER = "https://prometheus.example:9090"


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        (SERVER, {}, ""),
        (SERVER, {"https_proxy": PROXY}, PROXY),
        (SERVER, {"HTTPS_PROXY": PROXY}, PROXY),
        (SERVER, {"HTTP_PROXY": PROXY}, ""),
        (SERVER, {"ALL_PROXY": "socks5://proxy.example:1080"}, "socks5://proxy.example:1080"),
        (SERVER, {"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        ("http://127.0.0.1:9090", {"HTTP_PROXY": PROXY}, ""),
        ("http://[::1]:9090", {"HTTP_PROXY": PROXY}, ""),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, ""),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": "example"}, ""),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": ".prometheus.example"}, ""),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": "prometheus.example:9090"}, ""),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": "rometheus.example"}, PROXY),
        (SERVER, {"HTTPS_PROXY": PROXY, "NO_PROXY": "fd00::/8"}, PROXY),
        ("https://[fd00::1]:9090", {"HTTPS_PROXY": PROXY, "NO_PROXY": "fd00::/8"}, ""),
        ("https://[fe80::1]:9090", {"HTTPS_PROXY": PROXY, "NO_PROXY": "fd00::/8"}, PROXY),
        ("https://10.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}, ""),
        ("https://11.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8, 192.168.0.0/33, ::nonsense, ,"}, PROXY),
    ],
)
def test_the_environment_chooses_the_proxy(url: str, environment: Mapping[str, str], proxy: str) -> None:
    assert find_proxy(url, environment) == proxy


@pytest.mark.parametrize(
    ("environment", "error"),
    [
        ({"HTTPS_PROXY": "::"}, ProxyInvalid),
        ({"HTTPS_PROXY": "gopher://user:CANARY@x"}, ProxyInvalid),
        ({"HTTPS_PROXY": "http://user:CANARY@[::1"}, ProxyInvalid),
        ({"HTTPS_PROXY": "http://user:CANARY@host:nonsense"}, ProxyInvalid),
        ({"ALL_PROXY": "socks5://user:CANARY@proxy.example:1080"}, ProxyInvalid),
        ({"SSL_CERT_FILE": "/missing/ca.pem"}, CaFileError),
        ({"NO_PROXY": "fd00::/8", "HTTPS_PROXY": "http://127.0.0.1:1"}, httpx.ConnectError),
        ({"NO_PROXY": "fd00::/8,]["}, httpx.ConnectError),
    ],
)
def test_a_client_can_always_be_made_and_only_its_requests_fail(
    environment: Mapping[str, str], error: type[Exception]
) -> None:
    with open_client("https://nobody.invalid", environment=environment) as client:
        for _ in range(2):
            with pytest.raises(error) as caught:
                client.get("/")
    assert "CANARY" not in str(caught.value)


def failure_at(url: str, **how: Any) -> str:
    with open_client(url, environment={}) as client, pytest.raises(httpx.HTTPError) as failed:
        client.get("/", **how)
    return say_failure(failed.value)


def test_why_no_answer_came_is_said_in_words(tmp_path: Path) -> None:
    keys = Authority(tmp_path).issue("server", user="server", server=True)
    assert failure_at("http://127.0.0.1:1") == "it refuses the connection: nothing listens there"
    assert failure_at("http://nobody.invalid") == "no such host"
    with AnsweringServer(keys=keys) as server:
        assert failure_at(server.url).startswith("its certificate is not accepted (")
        assert failure_at(server.url.replace("https:", "http:")) == "the connection broke, or it does not speak HTTP"
    with AnsweringServer() as server:
        assert failure_at(server.url.replace("http:", "https:")).startswith("no TLS connection with it (")
    with AnsweringServer(Answer(accident="hang")) as server:
        assert failure_at(server.url, timeout=0.05) == "nothing came in time"
    with AnsweringServer(Answer(accident="reset")) as server:
        assert failure_at(server.url) == "the connection broke, or it does not speak HTTP"


def test_a_ca_file_that_was_replaced_counts_for_the_next_request(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    mounted = Path(shutil.copy(old.certificate, tmp_path / "ca.crt"))
    with AnsweringServer(keys=new.issue("server", user="server", server=True)) as server:
        client = open_client(server.url, ca_file=mounted, environment={})
        with client:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get("/")
            mounted.write_text("no certificate")
            with pytest.raises(ClientError, match=r"ca\.crt: cannot be used"):
                client.get("/")
            shutil.copy(new.certificate, mounted)
            assert client.get("/").status_code == 200
            mounted.unlink()
            with pytest.raises(ClientError, match=r"ca\.crt: cannot be used"):
                client.get("/")
