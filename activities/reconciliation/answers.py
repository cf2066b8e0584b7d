"""What is done about each finding: a word to its hibernation, or a new hibernation where it has no open one."""

import asyncio
from collections.abc import Mapping

from temporalio import activity
from temporalio.client import Client

from activities.alerts.said_before import SaidBefore
from activities.hibernation.listing import send_check
from activities.hibernation.starting import start_hibernation
from activities.reconciliation.survey import Survey
from policies.annotations import PauseRecord
from policies.names import CHECK
from policies.sleep.discrepancies import (
    Discrepancy,
    Ground,
    OpenHibernation,
    is_said_each_time,
    what_answers,
)
from policies.sleep.messages import CheckRequest, Hibernation
from policies.workload import Workload

AT_ONCE = 32
_SAY_ONLY = frozenset(
    {Discrepancy.OTHER_INSTANCE, Discrepancy.STRAY, Discrepancy.UNREADABLE, Discrepancy.WOKE_NOT_READY}
)


class Answers:
    """Tells the hibernations of one cluster, and remembers what was said before."""

    def __init__(self, instance: str, said: SaidBefore) -> None:
        self._instance = instance
        self._said = said

    async def give(
        self, client: Client, cluster: str, survey: Survey, opened: dict[str, OpenHibernation], ground: Ground
    ) -> frozenset[str]:
        """A word to each hibernation concerned, a few at a time. Returns those that are not told now, because they were
        told before.

        One that cannot be told does not keep the others from it: it is told at the next look.
        """
        wanted = {
            name: what_answers(finding, survey.workloads.get(name))
            for name, finding in survey.found.items()
            if finding not in _SAY_ONLY
        }
        due = self._said.due(wanted, rests_on=(ground.policies, ground.held, ground.gone_policies))
        names = [name for name in wanted if name in due or _is_said_each_time(name, survey, opened, ground)]
        for index in range(0, len(names), AT_ONCE):
            chunk = names[index : index + AT_ONCE]
            telling = (self._tell(client, cluster, name, survey, opened.get(name)) for name in chunk)
            answers = await asyncio.gather(*telling, return_exceptions=True)
            failed = {name: each for name, each in zip(chunk, answers, strict=True) if isinstance(each, Exception)}
            self._said.note((name for name in chunk if name not in failed), wanted)
            survey.untold |= failed
            activity.heartbeat()
        return frozenset(wanted) - frozenset(names)

    async def _tell(
        self, client: Client, cluster: str, name: str, survey: Survey, hibernation: OpenHibernation | None
    ) -> None:
        if hibernation is None:
            await self._start(client, cluster, survey.workloads[name], survey.record_of(name))
        else:
            await send_check(client, name, _check_for(survey.found[name], hibernation))

    async def _start(self, client: Client, cluster: str, workload: Workload, record: PauseRecord) -> None:
        """Start a hibernation for a workload that has no open one, and carries a record or has a copy of it.

        The first thing it does is look, and what it finds damaged it writes again.
        """
        await start_hibernation(
            client,
            Hibernation(
                cluster=cluster,
                instance=self._instance,
                ref=workload.ref,
                sleep=record,
                revision=workload.revision,
            ),
            start_signal=CHECK,
            start_signal_args=[CheckRequest()],
        )


def _check_for(finding: Discrepancy, hibernation: OpenHibernation) -> CheckRequest:
    return CheckRequest(gone_policy=hibernation.policy) if finding is Discrepancy.POLICY_GONE else CheckRequest()


def _is_said_each_time(name: str, survey: Survey, opened: Mapping[str, OpenHibernation], ground: Ground) -> bool:
    resume_at = None if name in opened else survey.record_of(name).resume_at
    return is_said_each_time(survey.found[name], resume_at, ground.now)
