"""`finops doctor`: everything that has to be in place, one line each, with how to mend it."""

import asyncio

import typer

from cli.session import Session
from operations.doctor.cluster import check_cluster
from operations.doctor.credentials import check_credentials
from operations.doctor.findings import Finding, Level
from operations.doctor.here import check_here
from operations.doctor.policies import check_policies
from operations.doctor.temporal import check_temporal
from operations.errors import OperationError

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def doctor(ctx: typer.Context) -> None:
    """Check settings, policies, cluster, rights, costs, idleness and Temporal, and say how to mend each."""
    session = Session.of(ctx)
    findings = [
        *check_here(session.installation),
        *check_policies(session.installation),
        *check_credentials(session.installation),
    ]
    with session.terminal.progress("asking the cluster and Temporal"):
        findings += asyncio.run(_ask(session))
    _show(session, findings)
    failed = sum(1 for finding in findings if finding.level is Level.FAIL)
    if failed:
        raise OperationError(f"{failed} of {len(findings)} checks failed")


async def _ask(session: Session) -> list[Finding]:
    """Both at once; Temporal's record is held against the cluster as soon as that has said which one it is."""
    loop = asyncio.get_running_loop()
    identity: asyncio.Future[str | None] = loop.create_future()

    def tell(known: str | None) -> None:
        loop.call_soon_threadsafe(identity.set_result, known)

    cluster = asyncio.to_thread(check_cluster, session.installation, tell)
    of_cluster, of_temporal = await asyncio.gather(cluster, check_temporal(session.installation, identity))
    return [*of_cluster, *of_temporal]


def _show(session: Session, findings: list[Finding]) -> None:
    if session.terminal.for_programs:
        session.terminal.show_json({"checks": findings})
        return
    for finding in findings:
        session.terminal.say(f"{finding.level:<4}  {finding.subject}: {finding.sentence}", style=_STYLES[finding.level])
        if finding.mend and finding.level is not Level.OK:
            session.terminal.say(f"      -> {finding.mend}")
