"""The part of `finops doctor` about the last reconciliation: what it found, and what its worker may see."""

from collections.abc import Iterator

from temporalio.client import Client

from operations.doctor.check_results import CheckResult, ok, warn
from operations.installation import Installation
from operations.times import show_time
from policies.rights.rights import describe_blindness
from policies.sleep.clocks import MEANWHILE
from policies.sleep.reconciliation import ReconcileResult
from worker.temporal.reconciliations import read_last_reconciliation

_NAMED = 5


async def check_reconciliation(installation: Installation, client: Client) -> list[CheckResult]:
    """What the last one found, and what its worker sees. Raises RPCError."""
    result = await read_last_reconciliation(client, installation.settings.cluster)
    if result is None or result.at is None:
        return [warn("reconciliation", "none has run yet", "start a worker")]
    return [_judge_clocks(result), _judge_sleepers(result), *_judge_sight(result), *_judge_parts(result)]


def _judge_clocks(result: ReconcileResult) -> CheckResult:
    """As the worker compared them: this machine's clock is another question."""
    if not result.clocks.objection:
        return ok("clocks of the service", "Temporal's, the worker's and the API server's agreed when last compared")
    return warn("clocks of the service", f"{result.clocks.objection}: {MEANWHILE}", "set the one that is wrong")


def _judge_sight(result: ReconcileResult) -> Iterator[CheckResult]:
    """By the worker's rights, which need not be the caller's."""
    for sentence in describe_blindness(result.missing_rights):
        yield warn("sight of the worker", f"not known: {sentence}", "grant its account what deploy/ has in its role")
    if not result.missing_rights:
        yield ok("sight of the worker", "it may see all that it has a use for")


def _judge_parts(result: ReconcileResult) -> Iterator[CheckResult]:
    """As the worker has them: its settings and its network need not be the caller's."""
    for part, sentence in result.troubles.items():
        yield warn(f"{part} of the worker", f"{show_time(result.at)}: {sentence}", "see its settings and its log")


def _judge_sleepers(result: ReconcileResult) -> CheckResult:
    sentence = f"{show_time(result.at)}: {result.sentence}"
    if result.unreadable:
        names = ", ".join(result.unreadable[:_NAMED])
        return warn("reconciliation", f"{sentence} Unreadable: {names}", "finops history shows what is known of each")
    if result.not_ready:
        names = ", ".join(result.not_ready[:_NAMED])
        return warn("reconciliation", f"{sentence} Woken and not available: {names}", "look at their pods and quotas")
    return ok("reconciliation", sentence)
