"""A dead worker's silence: what an activity of it would have reported never reaches Temporal."""

from typing import Any

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from faults.subjects import Subject


class Silence(ClientInterceptor, WorkerInterceptor):
    """Given to the client, it holds for every worker made with it."""

    def __init__(self) -> None:
        self.subjects: dict[tuple[str, str], Subject] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Every activity passes here."""
        return _Muffled(next, self.subjects)


class _Muffled(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, subjects: dict[tuple[str, str], Subject]) -> None:
        super().__init__(following)
        self._subjects = subjects

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        """The result, unless the worker has died over it: then Temporal finds out by the time-out."""
        try:
            return await self.next.execute_activity(input)
        finally:
            subject = self._subject_of(input.args)
            if subject is not None and subject.dead:
                subject.dead = False
                activity.raise_complete_async()

    def _subject_of(self, arguments: Any) -> Subject | None:
        ref = getattr(arguments[0], "ref", None) if arguments else None
        return None if ref is None else self._subjects.get((ref.namespace, ref.name))
