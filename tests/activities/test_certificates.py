"""Certificates of older clusters, such as EKS and MicroK8s have: kubectl takes them, Python 3.13 by itself does not."""

import ssl
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from accesses import write_kubeconfig
from httpanswers import AnsweringServer

from activities.errors import CertificateRefused
from activities.http_clients import open_client
from activities.kube.transport import KubeTransport
from localcluster.certificates import Authority

MakeContext = Callable[..., ssl.SSLContext]


def strictly(make: MakeContext) -> MakeContext:
    @wraps(make)
    def made(*arguments: Any, **named: Any) -> ssl.SSLContext:
        context = make(*arguments, **named)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    return made


@pytest.fixture(autouse=True)
def _as_python_3_13_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `ssl` and urllib3 ask of a certificate by themselves, also where the tests run with an older Python."""
    monkeypatch.setattr(ssl, "create_default_context", strictly(ssl.create_default_context))
    monkeypatch.setattr(sys, "version_info", max(sys.version_info, (3, 13)))


@pytest.fixture
def old(tmp_path: Path) -> Authority:
    """Signs certificates that do not say with which key they are signed."""
    return Authority(tmp_path, identifies_keys=False)


def kubeconfig_for(server: AnsweringServer, authority: Path) -> Path:
    there = {"server": server.url, "certificate-authority": str(authority)}
    return write_kubeconfig(authority.with_name("kubeconfig"), there, {"token": "t"})


def test_an_api_server_with_an_old_certificate_is_spoken_to(old: Authority) -> None:
    with AnsweringServer(keys=old.issue("server", user="server", server=True)) as server:
        transport = KubeTransport.connect(kubeconfig_for(server, old.certificate), environment={})
        assert transport.request("GET", "/version").status == 200
        transport.close()


def test_a_prometheus_with_an_old_certificate_is_spoken_to(old: Authority) -> None:
    with (
        AnsweringServer(keys=old.issue("server", user="server", server=True)) as server,
        open_client(server.url, ca_file=old.certificate, environment={}) as client,
    ):
        assert client.get("/").status_code == 200


def test_an_old_certificate_of_somebody_elses_authority_is_refused_as_ever(old: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other", identifies_keys=False)
    with AnsweringServer(keys=old.issue("server", user="server", server=True)) as server:
        transport = KubeTransport.connect(kubeconfig_for(server, other.certificate), environment={})
        with pytest.raises(CertificateRefused, match=r"no trusted connection .* its certificate is not accepted"):
            transport.request("GET", "/version")
        transport.close()
