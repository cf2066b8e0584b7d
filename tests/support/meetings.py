"""Encounters as they happen, all at the same time: a Deployment each, deployed, put to sleep by the product, perhaps
woken again, and met by somebody's commands. Then one reconciliation looks at all of them.
"""

import asyncio
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from audits import requests_by_namespace
from deployments import is_ready
from encounters import ORIGINAL, Encounter, Look
from hibernations import Bedroom, reconcile
from patience import PATIENCE_SECONDS
from shells import Shell
from temporalio.client import WorkflowHandle

from localcluster import LocalCluster
from policies.annotations import PREFIX
from policies.names import CHECK, REACTIVATE
from policies.sleep.messages import HibernationResult, Phase

AT_ONCE = 4
"""Commands: the machine has few cores, and each is a process."""
_DEPLOYMENTS = "/apis/apps/v1/deployments"


@dataclass(frozen=True)
class State:
    """A Deployment `web` at one moment. `replicas` is None where there is none."""

    replicas: int | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    """Annotations of ours, without their prefix."""
    image: str = ""
    uid: str = ""
    ready: bool = False
    observed: bool = True

    @classmethod
    def of(cls, item: dict[str, Any]) -> "State":
        """What the API server says."""
        meta, spec = item["metadata"], item["spec"]
        carried = meta.get("annotations", {})
        return cls(
            replicas=spec.get("replicas", 1),
            carried={key.removeprefix(PREFIX): value for key, value in carried.items() if key.startswith(PREFIX)},
            image=spec["template"]["spec"]["containers"][0]["image"],
            uid=meta["uid"],
            ready=is_ready(item),
            observed=item.get("status", {}).get("observedGeneration") == meta["generation"],
        )


@dataclass
class Meeting:
    """One encounter, with a workload that sleeps or with one that was woken, and all that was seen of it."""

    encounter: Encounter
    asleep: bool
    bedroom: Bedroom
    shell: Shell
    done: subprocess.CompletedProcess[str] | None = None
    before: State = State()
    after: State = State()
    """Right after the commands."""
    later: State = State()
    """After the product has looked."""
    result: HibernationResult | None = None
    scaled: int = 0
    """How often the product has scaled it, all in all."""

    @property
    def policy(self) -> str:
        """The policy it sleeps under."""
        return POLICY_NAMES[self.encounter.on_deploy]

    @property
    def handle(self) -> WorkflowHandle[Any, HibernationResult]:
        """Its hibernation."""
        return self.bedroom.handles[0]

    def settled(self, state: State) -> bool:
        """Whether what is expected of the product has become of it; the tests say whether all of it is right."""
        if not self.asleep:
            return "paused" not in state.carried
        match self.encounter.look:
            case Look.WAKES | Look.LEFT:
                return "paused" not in state.carried and "awake-because" in state.carried
            case Look.RESTORED:
                return state.carried == self.before.carried
            case _:
                return True


POLICY_NAMES = {"Wake": "met-wakes", "StayAsleep": "met-stays"}


async def play(meetings: list[Meeting], cluster: LocalCluster) -> None:
    """Let all of them happen."""
    await _gather(_deploy, meetings)
    await _until(meetings, lambda _, state: state.ready and state.replicas == ORIGINAL, "be deployed")
    for meeting in meetings:
        await meeting.bedroom.start(policy=meeting.policy)
    await _until(meetings, lambda _, state: state.replicas == 0 and "paused" in state.carried, "be asleep")
    awake = [meeting for meeting in meetings if not meeting.asleep]
    await _visible(meetings, Phase.ASLEEP, len(meetings))
    for meeting in awake:
        await meeting.handle.signal(REACTIVATE)
    await _until(awake, lambda _, state: state.replicas == ORIGINAL and "paused" not in state.carried, "be awake")
    await _visible(meetings, Phase.AWAKE, len(awake))
    # The API server dates a rollout in whole seconds: a deploy in the second of the pause would look older than it.
    await asyncio.sleep(1.1)
    for meeting, state in _look(meetings):
        meeting.before = state
    await _gather(_meet, meetings)
    await _until(meetings, lambda _, state: state.observed, "be observed")
    await reconcile(meetings[0].bedroom)
    await asyncio.gather(*(_end(meeting) for meeting in meetings if meeting.asleep))
    await _until(meetings, Meeting.settled, "settle", strict=False)
    counted = requests_by_namespace(cluster)
    for meeting, state in _look(meetings):
        meeting.later = state
        meeting.scaled = counted[meeting.bedroom.namespace]["patch deployments/scale"]


def _deploy(meeting: Meeting) -> None:
    for line in meeting.encounter.before:
        done = meeting.shell.run(line)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def _meet(meeting: Meeting) -> None:
    for line in meeting.encounter.runs:
        meeting.done = meeting.shell.run(line)
    ((_, meeting.after),) = _look([meeting])


async def _end(meeting: Meeting) -> None:
    """What no annotation shows: that it has looked and found nothing to do, or that it has ended."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            if meeting.encounter.look is Look.STAYS:
                before = await _looks(meeting)
                await meeting.handle.signal(CHECK)
                while await _looks(meeting) == before:
                    await asyncio.sleep(0.2)
                await meeting.bedroom.status(meeting.handle)
            if meeting.encounter.look is Look.GONE:
                if meeting.encounter.asleep is None:
                    await meeting.bedroom.skip(meeting.handle, hours=0.15)
                meeting.result = await meeting.handle.result()


async def _looks(meeting: Meeting) -> int:
    """How many activities of the hibernation have answered."""
    events = meeting.handle.fetch_history_events()
    return sum([event.HasField("activity_task_completed_event_attributes") async for event in events])


async def _gather(act: Callable[[Meeting], None], meetings: Iterable[Meeting]) -> None:
    """One thread for each command under way."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(meeting: Meeting) -> None:
        async with slots:
            await asyncio.to_thread(act, meeting)

    await asyncio.gather(*(one(meeting) for meeting in meetings))


async def _until(
    meetings: list[Meeting], reached: Callable[[Meeting, State], bool], what: str, *, strict: bool = True
) -> None:
    """Poll by one listing until all have reached it; not strict, what has not is for the tests to say."""
    async with asyncio.timeout(PATIENCE_SECONDS) as patience:
        waiting = meetings
        while waiting:
            seen = await asyncio.to_thread(_look, waiting)
            waiting = [meeting for meeting, state in seen if not reached(meeting, state)]
            await asyncio.sleep(0.1)
            ends_at = patience.when()
            late = ends_at is not None and ends_at - asyncio.get_running_loop().time() < 1
            if late and not strict:
                return
            assert not late, f"these did not {what}: {[meeting.encounter.name for meeting in waiting]}"


def _look(meetings: list[Meeting]) -> list[tuple[Meeting, State]]:
    """Each with its Deployment as it is now: by one listing, or where there is one only, by its own."""
    first = meetings[0].bedroom
    path = _DEPLOYMENTS if len(meetings) > 1 else f"/apis/apps/v1/namespaces/{first.namespace}/deployments"
    states = {item["metadata"]["namespace"]: State.of(item) for item in first.objects.list(path)}
    return [(meeting, states.get(meeting.bedroom.namespace, State())) for meeting in meetings]


async def _visible(meetings: list[Meeting], phase: Phase, count: int) -> None:
    """Visibility is a moment behind: wait until it shows this many of the hibernations in a phase."""
    client, names = meetings[0].bedroom.environment.client, ", ".join(f"'{name}'" for name in POLICY_NAMES.values())
    query = f"Policy IN ({names}) AND HibernationState = '{phase}' AND ExecutionStatus = 'Running'"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await client.count_workflows(query)).count != count:
            await asyncio.sleep(0.1)
