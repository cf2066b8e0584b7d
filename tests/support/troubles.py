"""What can stand in a hibernation's way for as long as a test wants, in front of the real API server."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cases import policy
from faults.silence import Silence
from faults.subjects import Subject
from hibernations import Bedroom, Handle
from oddclocks import OddClock
from refusals import annotations_refused

from policies.names import REACTIVATE
from policies.sleep.messages import Phase


@dataclass
class Trouble:
    """What stands in a hibernation's way, until it is over."""

    bedroom: Bedroom
    proxy: OddClock
    silence: Silence
    ahead: timedelta = timedelta(0)
    """Of Temporal's clock."""
    until: datetime = field(default_factory=lambda: (datetime.now(UTC) + timedelta(days=20)).replace(microsecond=0))
    """What a person asked for."""
    refusals: ExitStack = field(default_factory=ExitStack)

    async def put_to_sleep(self) -> Handle:
        """Asleep for twenty days."""
        self.bedroom.source.policies = (policy(resumeAfter="480h"),)
        return await self.bedroom.put_to_sleep(resume_after=timedelta(hours=480))

    async def keep_awake(self) -> Handle:
        """Somebody woke it until a time."""
        handle = await self.put_to_sleep()
        await self.ask(handle)
        await self.bedroom.reach(handle, Phase.AWAKE)
        return handle

    async def ask(self, handle: Handle) -> None:
        """Somebody wants it awake until a time."""
        await handle.signal(REACTIVATE, {"by": "anna", "until": self.until.isoformat()})

    def begins(self, refusal: AbstractContextManager[None]) -> None:
        """An admission policy comes into force."""
        self.refusals.enter_context(refusal)

    def freeze(self) -> None:
        """Nobody may change a Deployment."""
        self.begins(annotations_refused(self.bedroom.objects, self.bedroom.namespace, "web"))

    def cut_off(self, *methods: str) -> None:
        """The API server does not answer these any more."""
        self.proxy.unanswered |= {(method, self.bedroom.namespace) for method in methods}

    def kill_worker(self) -> None:
        """A worker dies over its next activity: what it did is done, and never reported."""
        subject = Subject(self.bedroom.namespace, "web")
        self.silence.subjects[subject.key] = subject
        subject.dead = True

    def end(self) -> None:
        """All is well again."""
        self.proxy.unanswered.clear()
        self.refusals.close()
        self.ahead = timedelta(0)

    def compare_clocks(self, reading: datetime, server_time: datetime) -> timedelta:
        """In skipped time nothing but the test knows how far they are apart."""
        return self.ahead
