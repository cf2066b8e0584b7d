import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activities.errors import KubeconfigError
from activities.kube.kubeconfig import read_access

TOKEN = "very-secret"
GOOD: dict[str, Any] = {
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "u", "user": {"token": TOKEN}}],
    "contexts": [
        {"name": "staging", "context": {"cluster": "c", "user": "u"}},
        {"name": "production", "context": {"cluster": "c", "user": "u"}},
    ],
    "current-context": "staging",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a kubeconfig: the good one with some of its parts replaced."""

    def make(name: str = "config", **parts: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({**GOOD, **{key.replace("_", "-"): value for key, value in parts.items()}}))
        return path

    return make


def test_the_current_context_is_used(write: Write) -> None:
    assert read_access(write(), None, {}).context == "staging"


def test_another_context_can_be_named(write: Write) -> None:
    assert read_access(write(), "production", {}).context == "production"


def test_a_named_file_that_is_not_there_is_an_error_even_in_a_pod(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="no such kubeconfig; name one with --kubeconfig"):
        read_access(tmp_path / "nope", None, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})


def test_without_a_named_file_the_environment_counts(write: Write) -> None:
    assert read_access(None, None, {"KUBECONFIG": str(write())}).context == "staging"


def test_without_anything_the_home_folder_counts(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(json.dumps(GOOD))
    assert read_access(None, None, {"HOME": str(tmp_path)}).context == "staging"


def test_of_several_files_the_first_current_context_wins(write: Write, tmp_path: Path) -> None:
    paths = [tmp_path / "missing", write("one"), write("two", current_context="production")]
    assert read_access(None, None, {"KUBECONFIG": os.pathsep.join(map(str, paths))}).context == "staging"


def test_no_kubeconfig_at_all_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"\.kube/config: there is no such kubeconfig"):
        read_access(None, None, {"HOME": str(tmp_path)})


def test_a_user_without_a_home_folder_has_no_kubeconfig_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 1_000_690_000)
    with pytest.raises(KubeconfigError, match=r"~/\.kube/config: there is no such kubeconfig"):
        read_access(None, None, {})
    with pytest.raises(KubeconfigError, match="service account"):
        read_access(None, None, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})


def test_a_pod_without_a_service_account_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match="service account"):
        read_access(None, None, {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"})


def test_a_misspelt_context_names_the_nearest(write: Write) -> None:
    with pytest.raises(KubeconfigError, match='no context "producton"; did you mean "production"'):
        read_access(write(), "producton", {})


def test_an_unknown_context_names_those_there_are(write: Write) -> None:
    with pytest.raises(KubeconfigError, match="there are production, staging"):
        read_access(write(), "xyz", {})


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        pytest.param({"current_context": ""}, "sets no current-context", id="no current context"),
        pytest.param({"clusters": []}, 'names cluster "c", which is not there', id="no cluster"),
        pytest.param({"clusters": [{"name": "c", "cluster": {}}]}, 'cluster "c" has no server', id="no server"),
        pytest.param({"users": []}, 'names user "u", which is not there', id="no user"),
        pytest.param({"clusters": [{}]}, "is not a kubeconfig", id="an entry without a name"),
        pytest.param(
            {"users": [{"name": "u", "user": {"tokenFile": "/nowhere/token"}}]}, "needs /nowhere/token", id="token file"
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"exec": {"apiVersion": "v1", "command": "false"}}}]},
            "credential plugin .* gave no credentials",
            id="a plugin that fails",
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"exec": {"apiVersion": "v1", "command": "no-such-plugin"}}}]},
            "is not installed: there is no program no-such-plugin",
            id="a plugin that is not there",
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"token": TOKEN, "as-groups": ["g"]}}]},
            "without naming a user",
            id="groups alone",
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"token": TOKEN, "as": "a\nb"}}]}, "no header can carry", id="two lines"
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"token": TOKEN, "as": "a", "as-user-extra": ["x"]}}]},
            "in a form that cannot be read",
            id="extra that is none",
        ),
        pytest.param(
            {"users": [{"name": "u", "user": {"token": TOKEN, "auth-provider": {"name": "oidc", "config": {}}}}]},
            "is broken",
            id="a broken provider",
        ),
    ],
)
def test_what_is_wrong_is_said_without_any_secret(write: Write, parts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(KubeconfigError, match=sentence) as caught:
        read_access(write(**parts), None, {})
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("command", ["false", "echo", "no-such-plugin"])
def test_a_plugin_without_credentials_is_told_once_and_leaves_no_line_of_the_client_in_the_log(
    write: Write, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": command}}
    with pytest.raises(KubeconfigError):
        read_access(write(users=[{"name": "u", "user": user}]), None, {})
    assert caplog.records == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", r"is not YAML \(line 1\)"),
        ("", "is not a kubeconfig"),
        ("- 1", "is not a kubeconfig"),
        ("kind: Config", "is not a kubeconfig|no current-context"),
    ],
)
def test_a_file_that_is_none_is_told_so(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(KubeconfigError, match=sentence):
        read_access(path, None, {})
