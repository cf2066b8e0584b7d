"""An explicit-state model of one pause and one resume, driven by the shipped `decide()`.

The model knows the API server's rule (a write applies where its resourceVersion is current), the workflows' loops
(send, read, decide again), and a hostile world: writes dropped, applied with the answer lost, or applied much later;
a worker that dies between two writes; status updates by the controller; an autoscaler, also one that writes a count
it computed before our zero, and the re-assert that answers it; a person who wants the workload awake at any moment; and
people who take it out, or want it at zero themselves. Breadth-first over all of it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from policies import annotations as notes
from policies.annotations import Because, PauseRecord, WakeNote
from policies.sleep.actions import Finished, SendClear, SendPause, SendResume
from policies.sleep.protocol import PauseIntent, WakeIntent, decide
from policies.times import to_rfc3339
from policies.workload import Observation, WorkloadRef

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ORIGINAL, SCALED_BY_HPA = 3, 5
REF = WorkloadRef(namespace="shop", name="web", uid="u1")
RECORD = PauseRecord(pause_id="p1", instance="i", policy="night", paused_at=NOW, original_replicas=ORIGINAL)
NOTE = WakeNote(resumed_at=NOW + timedelta(hours=1), awake_until=NOW + timedelta(hours=2), because=Because.COOLDOWN)
FENCE = NOW + timedelta(minutes=1)
_FAR_AHEAD = 4
"""A generation that is this far from the one decided on: more makes no difference to anybody."""


class Cluster(NamedTuple):
    """The Deployment. `paused` is the recorded count (0: no record) of the pause of that number, `noted` what
    `resumed-at` shows, `last` the count that somebody other than us gave it last. `chosen` is a zero that has an owner,
    `marked` an exclusion, and `defied` one that was there when we scaled to zero.
    """

    version: int = 1
    generation: int = 1
    replicas: int = ORIGINAL
    paused: int = 0
    pause: int = 0
    noted: str = ""
    last: int = ORIGINAL
    chosen: bool = False
    marked: bool = False
    defied: bool = False


class Write(NamedTuple):
    """A request under way, with the resourceVersion it was decided on."""

    kind: str
    version: int
    replicas: int = 0
    noted: str = ""
    pause: int = 0


class State(NamedTuple):
    """The whole world at one moment."""

    cluster: Cluster
    stage: str = "pausing"
    seen: Cluster | None = Cluster()
    queue: tuple[Write, ...] = ()
    unknown: bool = False
    touched: bool = False
    owns_zero: bool = False
    wake_wanted: bool = False
    expired: bool = False
    late: tuple[tuple[Write, ...], ...] = ()
    """Requests that may still arrive: one alone, or all that a cut-off worker has left to send."""
    faults: int = 0
    bumps: int = 0
    hpa_computed: bool = False
    hpa_writes: int = 0
    recorded: int = ORIGINAL
    pause: int = 1
    gave_back: bool = False
    zeros: int = 0
    """How often a person wanted it at zero."""
    evaluated: int = 1
    """The generation that the pause was decided on."""


Decide = Callable[..., object]


@dataclass(eq=False)
class Model:
    """The world's bounds, and the protocol under test."""

    faults: int = 2
    bumps: int = 1
    hpa: str = "none"
    hpa_writes: int = 1
    reasserts: int = 0
    zeros: int = 0
    marks: bool = False
    decide: Decide = decide
    visited: int = 0
    violations: list[str] = field(default_factory=list)

    def explore(self) -> "Model":
        """Visit every reachable state; stop at the first violation."""
        start = State(cluster=Cluster())
        todo, known = deque([start]), {start}
        while todo and not self.violations:
            state = todo.popleft()
            for step in self._steps(state):
                following = _canonical(step)
                if following not in known:
                    self._judge(following)
                    known.add(following)
                    todo.append(following)
        self.visited = len(known)
        return self

    def _steps(self, state: State) -> Iterator[State]:
        if state.stage != "done":
            yield from self._workflow(state)
            if not state.wake_wanted:
                yield state._replace(wake_wanted=True)
            if not state.expired and state.stage == "pausing":
                yield state._replace(expired=True)
        if state.bumps < self.bumps:
            yield state._replace(cluster=_touch(state.cluster), bumps=state.bumps + 1)
        yield from self._autoscaler(state)
        yield from self._people(state)
        for index, (write, *following) in enumerate(state.late):
            rest = state.late[:index] + state.late[index + 1 :]
            after = _apply(state.cluster, write)
            if after is None:
                yield state._replace(late=rest)
            else:
                chain = tuple(later._replace(version=after.version) for later in following)
                yield state._replace(cluster=after, late=tuple(sorted((*rest, chain) if chain else rest)))

    def _autoscaler(self, state: State) -> Iterator[State]:
        if self.hpa == "none" or state.hpa_writes >= self.hpa_writes:
            return
        if state.cluster.replicas > 0:
            yield state._replace(cluster=_scale_by_hpa(state.cluster), hpa_writes=state.hpa_writes + 1)
            if self.hpa == "overwriting" and not state.hpa_computed:
                yield state._replace(hpa_computed=True)
        elif state.hpa_computed:
            yield state._replace(cluster=_scale_by_hpa(state.cluster), hpa_writes=state.hpa_writes + 1)

    def _people(self, state: State) -> Iterator[State]:
        """At any time a mark, on a kind whose generation it does not raise, or a zero that has an owner. One that has
        none only right after we gave the workload back: of others nobody can know.
        """
        cluster = state.cluster
        if self.marks and not cluster.marked:
            yield state._replace(cluster=_touch(cluster)._replace(marked=True))
        if state.zeros >= self.zeros:
            return
        zero = _touch(cluster, generation=1)._replace(replicas=0, last=0)
        if not cluster.chosen:
            yield state._replace(cluster=zero._replace(chosen=True), zeros=state.zeros + 1)
        if state.gave_back and state.stage == "waking" and cluster.replicas > 0:
            yield state._replace(cluster=zero, zeros=state.zeros + 1)

    def _workflow(self, state: State) -> Iterator[State]:
        if state.queue:
            yield from self._send(state)
        elif state.seen is None:
            yield state._replace(seen=state.cluster)
        elif state.stage == "pausing":
            yield self._decide_pause(state)
        elif state.stage == "asleep":
            yield state._replace(stage="waking", seen=None, owns_zero=True)
            if state.pause <= self.reasserts:
                yield from self._look(state)
        else:
            yield self._decide_wake(state)

    def _look(self, state: State) -> Iterator[State]:
        """The first look at a sleep under an autoscaler: what it overwrote is paused again, under another pause-id."""
        seen = state.cluster
        if seen.replicas > 0 and seen.paused and seen.pause == state.pause:
            yield state._replace(
                stage="pausing",
                seen=seen,
                pause=state.pause + 1,
                evaluated=seen.generation,
                recorded=seen.replicas,
                touched=True,
            )

    def _decide_pause(self, state: State) -> State:
        assert state.seen is not None
        if state.wake_wanted:
            return _call_off(state)
        action = self._decided(
            _offset(state),
            "pause",
            state.unknown,
            state.expired,
            state.recorded,
            state.pause,
            owns_zero=False,
            gave_back=False,
        )
        if action[0] == "asleep":
            return state._replace(stage="asleep", seen=None, recorded=state.seen.paused, unknown=False)
        if action[0] != "send-pause":
            return _call_off(state)
        version = state.seen.version
        record = Write("W1", version, replicas=action[1], pause=state.pause)
        return state._replace(queue=(record, Write("W2", version)), seen=None, recorded=action[1])

    def _decide_wake(self, state: State) -> State:
        assert state.seen is not None
        kind, replicas, noted = self._decided(
            _offset(state),
            "wake" if state.owns_zero or state.wake_wanted or state.pause > 1 else "call-off",
            state.unknown,
            False,
            state.recorded,
            state.pause,
            owns_zero=state.owns_zero or state.unknown,
            gave_back=state.gave_back,
        )
        version = state.seen.version
        if kind == "send-resume":
            return state._replace(
                queue=(Write("W3", version, replicas=replicas), Write("W4", version, noted=noted)), seen=None
            )
        if kind == "send-clear":
            return state._replace(queue=(Write("W4", version, noted=noted),), seen=None)
        return state._replace(stage="done", seen=None)

    @cache  # noqa: B019 - a model lives as long as its run
    def _decided(
        self,
        seen: Cluster,
        intent: str,
        unknown: bool,
        expired: bool,
        recorded: int,
        pause: int,
        *,
        owns_zero: bool,
        gave_back: bool,
    ) -> tuple[str, int, str]:
        record = RECORD.model_copy(update={"original_replicas": recorded, "pause_id": f"p{pause}"})
        if intent == "pause":
            asked: PauseIntent | WakeIntent = PauseIntent(
                ref=REF, record=record, generation=1, not_after=NOW if expired else NOW + timedelta(minutes=10)
            )
        else:
            note = NOTE if intent == "wake" else None
            asked = WakeIntent(ref=REF, record=record, owns_zero=owns_zero, note=note, gave_back=gave_back)
        action = self.decide(_observation(seen), asked, NOW, unknown_outcome=unknown)
        match action:
            case SendPause():
                return "send-pause", action.record.original_replicas, ""
            case SendResume():
                return "send-resume", action.replicas, _noted(action.note, None)
            case SendClear():
                return "send-clear", 0, _noted(action.note, action.fence_at)
            case Finished():
                return action.end, 0, ""
        raise AssertionError(action)

    def _send(self, state: State) -> Iterator[State]:
        write, rest = state.queue[0], state.queue[1:]
        after = _apply(state.cluster, write)
        if after is None:
            yield state._replace(queue=())
        else:
            going_on = tuple(following._replace(version=after.version) for following in rest)
            yield self._landed(state._replace(cluster=after), write, going_on)
        if state.faults >= self.faults:
            return
        failed = state._replace(queue=(), unknown=True, touched=True, faults=state.faults + 1)
        yield failed
        if after is not None:
            yield failed._replace(cluster=after)
        for cut_off in {(write,), state.queue}:
            yield failed._replace(late=tuple(sorted((*state.late, cut_off))))

    def _landed(self, state: State, write: Write, rest: tuple[Write, ...]) -> State:
        if rest:
            return state._replace(queue=rest, touched=True, gave_back=write.kind == "W3")
        if write.kind == "W2":
            return state._replace(queue=(), stage="asleep", seen=None, unknown=False, touched=True)
        return state._replace(queue=(), stage="done")

    def _judge(self, state: State) -> None:
        cluster = state.cluster
        wanted_at_zero = cluster.last == 0
        if cluster.defied:
            self.violations.append(f"DEFIED: scaled to zero although a person excluded it: {state}")
        if cluster.replicas == 0 and not cluster.paused and not wanted_at_zero:
            self.violations.append(f"LOST: at zero without a record: {state}")
        if state.stage == "done":
            if cluster.replicas == 0 and not wanted_at_zero:
                self.violations.append(f"DOWN: at zero after the end: {state}")
            if cluster.paused and not state.late:
                self.violations.append(f"STALE: a record is left after the end: {state}")
        if cluster.replicas not in (0, cluster.last):
            self.violations.append(f"WRONG COUNT: {state}")


def _call_off(state: State) -> State:
    if not (state.touched or state.wake_wanted):
        return state._replace(stage="done", seen=None)
    return state._replace(stage="waking", seen=None)


def _apply(cluster: Cluster, write: Write) -> Cluster | None:
    """The object after the write, or None for a conflict. A patch that changes nothing moves nothing."""
    if write.version != cluster.version:
        return None
    changed = {
        "W1": cluster._replace(paused=write.replicas, pause=write.pause),
        "W2": cluster._replace(replicas=0, chosen=False, defied=cluster.defied or cluster.marked),
        "W3": cluster._replace(replicas=write.replicas, chosen=False),
        "W4": cluster._replace(paused=0, pause=0, noted=write.noted or cluster.noted),
    }[write.kind]
    return cluster if changed == cluster else _touch(changed, generation=1)


def _canonical(state: State) -> State:
    """The same state under numbers of its own: what follows hangs on which versions are current and on how far the
    generation has moved, never on the figures. A late request under an old version can do nothing any more.
    """
    cluster, seen = state.cluster, state.seen
    current, evaluated = cluster.version, state.evaluated
    if seen is not None:
        seen = _renumbered(seen, int(seen.version == current), evaluated)
    late = state.late
    if late:
        late = tuple(
            (first._replace(version=1), *(later._replace(version=0) for later in rest))
            for first, *rest in late
            if first.version == current
        )
    queue = state.queue
    if queue:
        queue = tuple(write._replace(version=int(write.version == current)) for write in queue)
    return State(_renumbered(cluster, 1, evaluated), state.stage, seen, queue, *state[4:9], late, *state[10:-1], 1)  # type: ignore[arg-type]  # mypy does not know which fields a slice is


@cache
def _renumbered(cluster: Cluster, version: int, evaluated: int) -> Cluster:
    return cluster._replace(version=version, generation=_ahead(cluster, evaluated))


def _ahead(cluster: Cluster, evaluated: int) -> int:
    return min(cluster.generation - evaluated + 1, _FAR_AHEAD)


def _touch(cluster: Cluster, generation: int = 0) -> Cluster:
    return cluster._replace(version=cluster.version + 1, generation=cluster.generation + generation)


def _scale_by_hpa(cluster: Cluster) -> Cluster:
    return _touch(cluster, generation=1)._replace(replicas=SCALED_BY_HPA, last=SCALED_BY_HPA, chosen=False)


def _offset(state: State) -> Cluster:
    """What a decision may depend on: the version only goes into the write, and of the generation what it is ahead."""
    assert state.seen is not None
    ahead = state.seen.generation - state.evaluated
    return state.seen._replace(version=1, generation=min(1 + ahead, _FAR_AHEAD), last=ORIGINAL)


def _observation(seen: Cluster) -> Observation:
    carried: dict[str, str | None] = {}
    if seen.paused:
        record = RECORD.model_copy(update={"original_replicas": seen.paused, "pause_id": f"p{seen.pause}"})
        carried |= notes.pause_patch(record)
    if seen.noted:
        carried[notes.RESUMED_AT] = seen.noted
    if seen.marked:
        carried[notes.EXCLUDE] = "true"
    return Observation(
        ref=REF,
        resource_version=str(seen.version),
        generation=seen.generation,
        replicas=seen.replicas,
        zero_chosen_by="kubectl" if seen.chosen else "",
        annotations={key: value for key, value in carried.items() if value is not None},
    )


def _noted(note: WakeNote | None, fence_at: datetime | None) -> str:
    if note is not None:
        return to_rfc3339(note.resumed_at)
    return "" if fence_at is None else to_rfc3339(FENCE)
