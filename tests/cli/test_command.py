"""The command as a process of its own: what it prints, and what it exits with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kubeconfigs import kubeconfig_at
from patience import PATIENCE_SECONDS
from services import clean_environment

BAD_POLICY = """
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {name: idle}
spec:
  modus: Enforce
  scope: {namespaces: {include: []}}
"""


def finops(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = clean_environment() | {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), **environment}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A kubeconfig that leads to a port where nobody listens."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig_at())
    return path


def test_help_names_every_command(tmp_path: Path) -> None:
    done = finops("--help", home=tmp_path)
    assert done.returncode == 0
    for command in ("plan", "explain", "run", "apply", "status", "pause", "resume", "keep-awake", "hold", "doctor"):
        assert re.search(rf"^  {command}[ ,]", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plam",), "No such command"),
        (("plan", "--at", "tonight"), "--at 'tonight' is neither a day nor a time"),
        (("plan", "--now", "--at", "2026-11-23T20:00:00Z"), "two instants"),
        (("calendar", "nobody"), "there is no policy and no file 'nobody'"),
        (("explain", "frontend"), "NAMESPACE/NAME"),
        (("resume",), "one target"),
        (("resume", "--all", "--direct", "--for", "4"), "has no unit"),
        (("resume", "sts/web", "-n", "dev"), "nor a kind that can sleep"),
        (("pause", "shop/web", "-n", "dev", "--for", "1h"), "'shop' in 'shop/web' is neither dev"),
        (("keep-awake", "--for", "1h", "-n", "No Label", "web"), "is not the name of a namespace"),
        (("pause", "dev/app"), "say until when"),
        (("pause", "dev/app", "--until", "soon"), "is not a time"),
        (("worker",), "FINOPS_INSTANCE"),
        (("plan", "--cluster", "No Label"), "--cluster"),
        (("plan", "--output", "xml"), "xml"),
        (("apply", "--prune", "/dev/null"), "needs a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_call_that_makes_no_sense_exits_with_2(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = finops(*arguments, home=tmp_path)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("command", [("plan",), ("run",), ("explain", "a/b"), ("resume", "a/b", "--direct")], ids=str)
def test_a_missing_kubeconfig_is_one_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    done = finops(*command, "--kubeconfig", str(tmp_path / "nothing"), home=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "there is no such kubeconfig" in done.stderr


def test_a_broken_kubeconfig_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("{")
    done = finops("plan", home=tmp_path, KUBECONFIG=str(tmp_path / "broken"))
    assert (done.returncode, "is not YAML" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", [("plan",), ("run",), ("apply", "ok.yaml")], ids=str)
def test_a_cluster_that_refuses_is_one_sentence_and_leaves_nothing(
    command: tuple[str, ...], closed: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "ok.yaml"
    policy.write_text(BAD_POLICY.replace("modus: Enforce", "mode: DryRun").replace("[]", "[dev]"))
    given = [str(policy) if argument == "ok.yaml" else argument for argument in command]
    done = finops(*given, "--kubeconfig", str(closed), home=tmp_path)
    assert (done.returncode, "cannot be reached" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "state" / "finops-enforcer" / "policies").exists()


@pytest.mark.parametrize("command", [("resume",), ("resume", "--direct"), ("keep-awake",)], ids=" ".join)
def test_more_than_thirty_days_are_asked_about(command: tuple[str, ...], closed: Path, tmp_path: Path) -> None:
    done = finops(*command, "dev/app", "--for", "9999h", "--kubeconfig", str(closed), home=tmp_path)
    assert done.returncode == 2
    assert re.search(r"dev/app would not be paused until .* 20\d\d .*, which is 416 days from now", done.stderr)


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_everything_wrong_with_a_policy_is_said_at_once(command: str, closed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAD_POLICY)
    done = finops(command, str(bad), "--kubeconfig", str(closed), home=tmp_path)
    assert done.returncode == 1
    assert f'{bad}:6: spec.modus: unknown field; did you mean "mode"?' in done.stderr
    assert "spec.scope.namespaces.include: needs at least one entry" in done.stderr


@pytest.mark.parametrize("command", [("status",), ("hold",), ("release",)], ids=str)
def test_without_temporal_there_is_one_sentence_on_what_to_start(command: tuple[str, ...], tmp_path: Path) -> None:
    done = finops(*command, home=tmp_path)
    assert (done.returncode, "start `finops run`" in done.stderr) == (1, True)


def test_a_worker_gives_up_on_a_temporal_that_stays_down(closed: Path, tmp_path: Path) -> None:
    done = finops(
        "worker",
        "--wait",
        "1s",
        "--kubeconfig",
        str(closed),
        home=tmp_path,
        FINOPS_INSTANCE="me",
        TEMPORAL_ADDRESS="127.0.0.1:9",
    )
    assert (done.returncode, "no Temporal server answers at 127.0.0.1:9" in done.stderr) == (1, True)


def test_doctor_names_what_is_broken_and_exits_with_1(closed: Path, tmp_path: Path) -> None:
    done = finops("doctor", "--kubeconfig", str(closed), "--output", "json", home=tmp_path)
    levels = {check["subject"]: check["level"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, levels["cluster"], levels["settings"]) == (1, "fail", "ok")


def test_shared_options_are_taken_before_and_behind_the_command(tmp_path: Path) -> None:
    before = finops("--state-dir", str(tmp_path / "x"), "status", home=tmp_path)
    behind = finops("status", "--state-dir", str(tmp_path / "x"), home=tmp_path)
    assert before.stderr == behind.stderr
    assert str(tmp_path / "x") in before.stderr
