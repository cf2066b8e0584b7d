"""The official client is imported without what is not used of it, and whoever uses that gets the real thing."""

import subprocess
import sys

import pytest


def run(program: str) -> str:
    """What a fresh process prints."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("unused", ["requests", "oauthlib.oauth2", "websocket", "kubernetes.watch"])
def test_a_worker_is_up_without(unused: str) -> None:
    assert run(f"import sys, worker.service.service; print({unused!r} in sys.modules)") == "False"


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("import kubernetes.watch as w; print(w.Watch.__module__)", "kubernetes.watch.watch"),
        ("from kubernetes import stream; print(callable(stream.stream))", "True"),
        ("from kubernetes.client import V1Pod; print(V1Pod().kind)", "None"),
        pytest.param(
            "from kubernetes.config.kube_config import OAuth2Session, oauthlib\n"
            "print(OAuth2Session('me').client_id, oauthlib.oauth2.rfc6749.errors.InvalidClientIdError.__name__)",
            "me InvalidClientIdError",
        ),
    ],
    ids=["watches", "streams", "typed objects", "a refresh of an OIDC token"],
)
def test_what_was_put_off_is_there_when_it_is_asked_for(program: str, printed: str) -> None:
    assert run(f"import activities.kube.client\n{program}") == printed


REFUSES = """
import sys

class Refuses:
    def find_spec(self, name, *_):
        if name == "kubernetes.client.rest" and getattr(sys.modules.get("kubernetes.watch"), "__spec__", 1) is None:
            raise ImportError(name)

sys.meta_path.insert(0, Refuses())
import activities.kube.client as client, kubernetes
print(kubernetes.watch.Watch.__name__, client.RESTClientObject.__name__)
"""
"""A version of it that does not come up where one of its parts is a stand-in."""


def test_a_client_that_needs_what_is_put_off_is_imported_whole() -> None:
    assert run(REFUSES) == "Watch RESTClientObject"
