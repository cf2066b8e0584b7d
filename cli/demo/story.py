"""The story of the demo, step by step. Each step tells what it shows, does it with the real thing, and checks it."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cli.demo.stage import DemoFailed, Stage
from cli.demo.workloads import (
    COOLDOWN_SECONDS,
    JUST_DEPLOYED,
    SLEEP_SECONDS,
    SLEEPER_TO_WAKE,
    WORKLOADS,
    DemoWorkload,
)
from localcluster import LocalCluster, LocalClusterError
from policies.wording import count
from worker.state import StateFolder

SLEEPERS = tuple(workload for workload in WORKLOADS if workload.sleeps)
OTHERS = tuple(workload for workload in WORKLOADS if not workload.sleeps)


def play(console: Console, *, keep: bool) -> int:
    """The whole story; the exit code. With `keep` the control plane and the service go on running at the end."""
    began = time.monotonic()
    try:
        with _stage(console, keep=keep) as stage:
            for number, step in enumerate(_STEPS, start=1):
                console.rule(f"[bold]{number}. {_title(step)}")
                step(stage)
            if keep:
                _say_how_to_go_on(stage)
    except (DemoFailed, LocalClusterError) as error:
        console.print(f"[bold red]{error}[/]")
        return 1
    end = "" if keep else " Everything is stopped again; KEEP=1 (finops demo --keep) leaves it running."
    console.print(f"\n[bold]Done in {time.monotonic() - began:.0f} s: every replica count is as it was.[/]{end}")
    return 0


def _show_the_town(stage: Stage) -> None:
    """A cluster with fifteen Deployments"""
    stage.console.print(
        "A real kube-apiserver, etcd and controller-manager on this machine; the nodes are missing, the rest is real."
    )
    stage.furnish()
    for workload in WORKLOADS:
        stage.console.print(f"  {workload.namespace}/{workload.name}: {workload.replicas}", highlight=False)
    time.sleep(COOLDOWN_SECONDS)
    stage.redeploy(JUST_DEPLOYED)
    stage.console.print(f"{JUST_DEPLOYED.namespace}/{JUST_DEPLOYED.name} has just been deployed again.")


def _show_the_plan(stage: Stage) -> None:
    """What could be saved, without changing anything"""
    stage.show("plan", stage.policies.name)


def _start_the_service(stage: Stage) -> None:
    """The service, with its own Temporal"""
    stage.start_service()
    state = StateFolder(stage.state)
    stage.wait(lambda: state.read_server() is not None, "Temporal to start")
    server = state.read_server()
    assert server is not None
    stage.console.print(
        f"`finops run` is up. Every sleeping workload is a workflow: [bold]{server.ui_url}[/]", highlight=False
    )


def _fall_asleep(stage: Stage) -> None:
    """Policies are applied, and workloads go to sleep"""
    with stage.redeploying(JUST_DEPLOYED):
        stage.show("apply", stage.policies.name)
        stage.wait(lambda: _all_at(stage, SLEEPERS, asleep=True), "the candidates to fall asleep")
    stage.show("status")
    _check_untouched(stage)
    stage.console.print(
        "The others were left alone: excluded, too cheap, just deployed, at zero by itself, owned by an operator, "
        "protected, or under a policy in DryRun."
    )


def _wake_one(stage: Stage) -> None:
    """One is reactivated by a signal"""
    began = time.monotonic()
    stage.show("resume", f"{SLEEPER_TO_WAKE.namespace}/{SLEEPER_TO_WAKE.name}", "--reason", "demo")
    stage.wait(lambda: _all_at(stage, (SLEEPER_TO_WAKE,), asleep=False), "the signalled one to wake")
    stage.console.print(
        f"{SLEEPER_TO_WAKE.name} is back at {count(SLEEPER_TO_WAKE.replicas, 'replica')}, "
        f"{time.monotonic() - began:.1f} s after the command was typed (most of it is the command's own start)."
    )


def _wake_by_timer(stage: Stage) -> None:
    """The rest wake by their timers"""
    stage.console.print(f"The policy says resumeAfter: {SLEEP_SECONDS}s. Nobody has to do anything.")
    stage.wait(lambda: _all_at(stage, SLEEPERS, asleep=False), "the rest to wake")
    stage.show("status")


def _check_the_counts(stage: Stage) -> None:
    """Every count is as it was"""
    _check_untouched(stage)
    for workload in WORKLOADS:
        stage.console.print(f"  {workload.namespace}/{workload.name}: {stage.replicas(workload)}", highlight=False)
        if stage.replicas(workload) != workload.replicas:
            raise DemoFailed("every count is as it was", f"{workload.name} is at {stage.replicas(workload)}")


_STEPS: tuple[Callable[[Stage], None], ...] = (
    _show_the_town,
    _show_the_plan,
    _start_the_service,
    _fall_asleep,
    _wake_one,
    _wake_by_timer,
    _check_the_counts,
)


@contextmanager
def _stage(console: Console, *, keep: bool) -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="finops-demo-"))
    with LocalCluster.start() as cluster:
        stage = Stage(cluster, folder, console)
        try:
            yield stage
        except BaseException:
            stage.stop_service()
            raise
        if keep:
            cluster.leave_running()
        else:
            stage.stop_service()
            shutil.rmtree(folder, ignore_errors=True)


def _say_how_to_go_on(stage: Stage) -> None:
    server = StateFolder(stage.state).read_server()
    stage.console.print(
        f"\nStill running (KEEP=1). Temporal UI: {'' if server is None else server.ui_url}\n"
        f"  export KUBECONFIG={stage.cluster.kubeconfig} FINOPS_STATE_DIR={stage.state} FINOPS_CLUSTER=demo\n"
        f"  {sys.executable} -m cli status\n"
        f"To end it:\n  kill -INT {stage.service_pid}; {sys.executable} -m localcluster down --dir "
        f"{stage.cluster.directory}; rm -r {stage.folder}",
        highlight=False,
        soft_wrap=True,
    )


def _all_at(stage: Stage, workloads: tuple[DemoWorkload, ...], *, asleep: bool) -> bool:
    return all(stage.replicas(workload) == (0 if asleep else workload.replicas) for workload in workloads)


def _check_untouched(stage: Stage) -> None:
    for workload in OTHERS:
        if stage.replicas(workload) != workload.replicas:
            raise DemoFailed("the others stay as they are", f"{workload.name} is at {stage.replicas(workload)}")


def _title(step: Callable[[Stage], None]) -> str:
    return (step.__doc__ or "").strip()
