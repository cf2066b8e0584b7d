"""The story of the demo, step by step. Each step tells what it shows, does it with the real thing, and checks it."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from cli.demo.errors import DemoFailed
from cli.demo.policies import COOLDOWN_SECONDS, WEEKEND, weekend_from, weekend_until
from cli.demo.stage import CLUSTER, PATIENCE_SECONDS, Stage
from cli.demo.workloads import JUST_DEPLOYED, SLEEPER_TO_WAKE, WORKLOADS, DemoWorkload
from localcluster import LocalCluster, LocalClusterError
from policies.wording import count
from worker.temporal.web_ui import WebUi

SLEEPERS = tuple(workload for workload in WORKLOADS if workload.sleeps)
OTHERS = tuple(workload for workload in WORKLOADS if not workload.sleeps)
_LEAST_UNTIL_MONDAY = timedelta(seconds=15)
"""Time for `apply` to be typed and carried out before the minute is over."""

Look = Callable[[Stage], None]
"""What happens while one is awake and the others sleep, with Temporal's UI up."""


def play(console: Console, *, keep: bool, look: Look) -> int:
    """The whole story; the exit code. With `keep` the control plane and the service go on running at the end."""
    began = time.monotonic()
    try:
        with _stage(console, keep=keep) as stage:
            for number, step in enumerate((*_EVENING, look, *_MORNING), start=1):
                console.rule(f"{number}. {_title(step)}", style="bold")
                step(stage)
            if keep:
                _say_how_to_go_on(stage)
    except (DemoFailed, LocalClusterError) as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    console.print(f"\nDone in {time.monotonic() - began:.0f} s: every replica count is as it was.", style="bold")
    if not keep:
        console.print("Everything is stopped again; KEEP=1 (finops demo --keep) leaves it running.")
    return 0


def _show_the_town(stage: Stage) -> None:
    """A cluster with fifteen Deployments"""
    stage.console.print(
        "A real kube-apiserver, etcd and controller-manager on this machine; the nodes are missing, the rest is real."
    )
    stage.furnish()
    for workload in WORKLOADS:
        stage.console.print(f"  {workload.namespace}/{workload.name}: {workload.replicas}")
    time.sleep(COOLDOWN_SECONDS)
    stage.redeploy(JUST_DEPLOYED)
    stage.console.print(f"{JUST_DEPLOYED.namespace}/{JUST_DEPLOYED.name} has just been deployed again.")


def _show_the_policies(stage: Stage) -> None:
    """Two policies"""
    stage.policies.write_text(weekend_from(stage.began))
    stage.shell.show_file(stage.policies)


def _show_the_plan(stage: Stage) -> None:
    """What could be saved, without changing anything"""
    stage.shell.finops("plan", stage.policies.name)


def _start_the_service(stage: Stage) -> None:
    """The service, with its own Temporal"""
    stage.start_service()
    stage.console.print(f"`finops run` is up, and Temporal's UI with it: {stage.ui_url}")


def _fall_asleep(stage: Stage) -> None:
    """The window begins, as on a Friday evening: the policies are applied, and workloads go to sleep"""
    with stage.redeploying(JUST_DEPLOYED):
        stage.shell.finops("apply", stage.policies.name)
        stage.wait(lambda: _all_at(stage, SLEEPERS, asleep=True), "the candidates to fall asleep")
    stage.shell.finops("status")
    stage.shell.show_deployments(SLEEPER_TO_WAKE.namespace)
    stage.shell.show_annotations(SLEEPER_TO_WAKE)
    _check_untouched(stage)
    stage.console.print(
        "The others were left alone: excluded, too cheap, just deployed, at zero by itself, owned by an operator, "
        "protected, or under a policy in DryRun."
    )


def _wake_one(stage: Stage) -> None:
    """In the middle of it, as on a Saturday: somebody needs one of them"""
    began = time.monotonic()
    stage.shell.finops("resume", f"{SLEEPER_TO_WAKE.namespace}/{SLEEPER_TO_WAKE.name}", "--reason", "demo")
    stage.wait(lambda: _all_at(stage, (SLEEPER_TO_WAKE,), asleep=False), "the signalled one to wake")
    stage.console.print(
        f"{SLEEPER_TO_WAKE.name} is back at {count(SLEEPER_TO_WAKE.replicas, 'replica')}, "
        f"{time.monotonic() - began:.1f} s after the command was typed (most of it is the command's own start)."
    )


def show_the_pages(stage: Stage) -> None:
    """Every sleeper is a workflow"""
    pages = WebUi(url=stage.ui_url)
    stage.console.print(
        f"What is asleep:         {pages.sleepers_page(CLUSTER)}\n"
        f"The life of the woken:  {pages.hibernation_page(CLUSTER, SLEEPER_TO_WAKE.key)}",
        soft_wrap=True,
    )


def wait_for_enter(stage: Stage) -> None:
    """Every sleeper is a workflow"""
    show_the_pages(stage)
    stage.console.print(
        "Wake another one from there, if you like: open it, then Request Cancellation, or send the signal `reactivate`."
    )
    stage.console.input("Press Enter to go on to its end ", markup=False)


def _wake_by_timer(stage: Stage) -> None:
    """The window ends, as on a Monday morning: the rest wake by themselves"""
    now = datetime.now(UTC)
    end = (now + _LEAST_UNTIL_MONDAY).replace(second=0, microsecond=0) + timedelta(minutes=1)
    hours = WEEKEND.total_seconds() / 3600
    stage.console.print(
        f"So that you need not wait {hours:.0f} h, the weekend is now over at {end:%H:%M} UTC: a changed schedule "
        "moves the wake of those already asleep."
    )
    stage.policies.write_text(weekend_until(stage.began, end))
    stage.shell.finops("apply", stage.policies.name)
    patience = (end - now).total_seconds() + PATIENCE_SECONDS
    stage.wait(lambda: _all_at(stage, WORKLOADS, asleep=False), "all to be awake", patience)
    stage.shell.finops("status")
    stage.shell.finops("history", f"{SLEEPER_TO_WAKE.namespace}/{SLEEPER_TO_WAKE.name}")


def _check_the_counts(stage: Stage) -> None:
    """Every count is as it was"""
    for workload in WORKLOADS:
        stage.console.print(f"  {workload.namespace}/{workload.name}: {stage.replicas(workload)}")
        if stage.replicas(workload) != workload.replicas:
            raise DemoFailed("every count is as it was", f"{workload.name} is at {stage.replicas(workload)}")


_EVENING: tuple[Callable[[Stage], None], ...] = (
    _show_the_town,
    _show_the_policies,
    _show_the_plan,
    _start_the_service,
    _fall_asleep,
    _wake_one,
)
_MORNING: tuple[Callable[[Stage], None], ...] = (_wake_by_timer, _check_the_counts)


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
    stage.console.print(
        f"\nStill running (KEEP=1). Temporal UI: {stage.ui_url}\n"
        f"  export KUBECONFIG={stage.cluster.kubeconfig} FINOPS_STATE_DIR={stage.state.path} FINOPS_CLUSTER={CLUSTER}\n"
        f"  {sys.executable} -m cli status\n"
        f"To end it:\n  kill -INT {stage.service_pid}; {sys.executable} -m localcluster down --dir "
        f"{stage.cluster.directory}; rm -r {stage.folder}",
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
