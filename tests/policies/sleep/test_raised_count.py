"""A sleeper whose count is not zero any more: whose choice that is, and whether its sleep is asserted again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, policy, workload

from policies.annotations import Because, PauseRecord, note_patch, pause_patch
from policies.checks.ownership import LAST_APPLIED
from policies.sleep.raised_count import Bounds, Raised, Watch, is_contested, is_raised_soon, who_raised
from policies.sleep.review import Consultation, Sleep, review
from policies.sleep.wake_note import note_of_wake
from policies.sleep.wishes import Wish
from policies.workload import Observation, WorkloadRef, Writer

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
REF = WorkloadRef(namespace="shop", name="web", uid="u1")
RECORD = PauseRecord(pause_id="p1", instance="me", policy="night", paused_at=NOW, original_replicas=3)
LOOK_AT = NOW + 60 * SECOND
WATCH = Watch(ends_at=LOOK_AT, not_after=NOW + 10 * 60 * SECOND)
SLEEP = Sleep(record=RECORD, revision="1", watch=WATCH)
UNWATCHED = SLEEP.model_copy(update={"watch": None})
CARRIED = {key: value for key, value in pause_patch(RECORD).items() if value is not None}
RAISED = Raised(bounds=Bounds(low=2, high=6), settled=True)
WISH = Wish(policy="night", until=NOW + 8 * HOUR, has_schedule=True)
NOTED = note_of_wake(Because.PERSON, NOW + 30 * SECOND, cooldown=HOUR)


def seen(replicas: int = 4, revision: str = "1", annotations: Any = CARRIED) -> Observation:
    return Observation(
        ref=REF, resource_version="9", generation=9, replicas=replicas, revision=revision, annotations=annotations
    )


def consulted(seen: Observation, **changes: Any) -> Consultation:
    ordinary: dict[str, Any] = {"seen": seen, "wishes": (WISH,), "wish": WISH, "raised": RAISED}
    return Consultation(**(ordinary | changes))


def raised(**changes: Any) -> dict[str, Any]:
    return {"raised": RAISED.model_copy(update=changes)}


def test_a_count_inside_the_bounds_of_its_hpa_is_asserted_again_in_the_first_minute() -> None:
    verdict = review(SLEEP, consulted(seen()), LOOK_AT)
    assert verdict.act == "reassert"
    assert "raised its replica count to 4" in verdict.sentence


@pytest.mark.parametrize(
    ("sleep", "found"),
    [
        (UNWATCHED, consulted(seen())),
        (SLEEP, consulted(seen(replicas=1))),
        (SLEEP, consulted(seen(replicas=7))),
        (SLEEP, consulted(seen(), **raised(bounds=None))),
        (SLEEP, consulted(seen(), raised=None)),
        (SLEEP, consulted(seen(revision="2"))),
        (SLEEP, consulted(seen(), **raised(settled=False))),
        (SLEEP, consulted(seen(annotations=CARRIED | {"finops.io/pause-id": "p0"}))),
        (SLEEP, consulted(seen(), excluded=True)),
        (SLEEP, consulted(seen(), held=True)),
        (SLEEP, consulted(seen(), policies_known=False)),
        (SLEEP, consulted(seen(), wishes=(), wish=None)),
        (SLEEP, consulted(seen(), wishes=(Wish(policy="another"),))),
    ],
    ids=[
        "no HPA, or not in the first minute",
        "below the bounds",
        "above the bounds",
        "bounds not known",
        "nothing known",
        "a new template",
        "perhaps a new template",
        "an older record came back",
        "excluded",
        "under a hold",
        "policies not readable",
        "nobody wants it asleep",
        "only another policy wants it asleep",
    ],
)
def test_everything_else_is_somebodys_choice(sleep: Sleep, found: Consultation) -> None:
    verdict = review(sleep, found, LOOK_AT)
    assert (verdict.act, verdict.because, verdict.outcome) == ("wake", Because.PERSON, "woken by someone")
    assert verdict.record == RECORD


@pytest.mark.parametrize(
    ("at", "act"),
    [
        (NOW + SECOND, "reassert"),
        (LOOK_AT, "reassert"),
        (LOOK_AT + 119 * SECOND, "reassert"),
        (LOOK_AT + 120 * SECOND, "wake"),
        (WATCH.not_after, "wake"),
    ],
    ids=["told to check before the look", "at the look", "a late look", "too late a look", "the pause has expired"],
)
def test_the_rule_holds_for_a_while_only(at: Any, act: str) -> None:
    assert review(SLEEP, consulted(seen()), at).act == act


def test_a_pause_that_expires_before_the_look_is_not_asserted_again() -> None:
    short = SLEEP.model_copy(update={"watch": WATCH.model_copy(update={"not_after": NOW + 30 * SECOND})})
    assert review(short, consulted(seen()), NOW + 30 * SECOND).act == "wake"


def test_a_sleep_that_holds_is_watched_once() -> None:
    asleep = consulted(seen(replicas=0), raised=None, wish=None, policies_known=False)
    assert review(SLEEP, asleep, LOOK_AT).act == "stay"
    assert SLEEP.watched(LOOK_AT - SECOND).watch is WATCH
    assert SLEEP.watched(LOOK_AT).watch is None


def test_whoever_owns_the_count_is_named() -> None:
    verdict = review(UNWATCHED, consulted(seen(), **raised(owner="kubectl-client-side-apply")), LOOK_AT)
    assert verdict.sentence == "kubectl-client-side-apply raised its replica count to 4"


def test_a_raised_count_without_our_annotations_is_a_take_over() -> None:
    verdict = review(SLEEP, consulted(seen(annotations={}), **raised(owner="kubectl-replace")), LOOK_AT)
    assert (verdict.act, verdict.because, verdict.outcome) == ("wake", Because.PERSON, "taken over")
    assert verdict.sentence.startswith("kubectl-replace")


@pytest.mark.parametrize("tool", ["", "Argo CD"], ids=["", "to the very count that Git holds"])
def test_a_wake_by_a_person_without_temporal_is_told_as_one(tool: str) -> None:
    note = {key: value for key, value in note_patch(NOTED).items() if value is not None}
    verdict = review(SLEEP, consulted(seen(annotations=note), **raised(reverted_by=tool)), LOOK_AT)
    assert (verdict.act, verdict.outcome) == ("wake", "woken by someone")
    assert "without Temporal" in verdict.sentence


def test_a_sleep_that_gitops_reverts_is_contested_at_once_and_the_ignore_rule_repeated() -> None:
    verdict = review(SLEEP, consulted(seen(), **raised(reverted_by="Argo CD")), LOOK_AT)
    assert (verdict.act, verdict.because, verdict.outcome) == ("wake", Because.CONTESTED, "contested")
    assert "/spec/replicas" in verdict.sentence
    assert "RespectIgnoreDifferences=true" in verdict.sentence


def test_a_contested_workload_stays_awake_for_a_day() -> None:
    note = note_of_wake(Because.CONTESTED, NOW, cooldown=HOUR, wishes=(WISH,))
    assert note.awake_until - NOW == 24 * HOUR


@pytest.mark.parametrize(
    ("contested", "hours_ago"),
    [(False, ()), (False, (1,)), (True, (1, 2)), (True, (0, 23)), (False, (1, 24)), (False, (25, 30, 40))],
)
def test_more_than_two_within_a_day_are_a_contest(contested: bool, hours_ago: tuple[int, ...]) -> None:
    assert is_contested([NOW - hours * HOUR for hours in hours_ago], NOW) is contested


PAUSING = policy(gitOps="Pause")
TRACKED = {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}


def owned_by(*managers: str, **changes: Any) -> Any:
    writers = (
        Writer(manager=manager, operation="Apply", time=NOW + index * SECOND, writes_spec=True, owns_replicas=True)
        for index, manager in enumerate(managers)
    )
    return workload(writers=tuple(writers), **changes)


def applied(count: Any, **tracking: Any) -> Any:
    manifest = json.dumps({"spec": {} if count is None else {"replicas": count}})
    return {"annotations": {LAST_APPLIED: manifest, **(TRACKED if not tracking else {})}, **tracking}


@pytest.mark.parametrize(
    ("owner", "tool", "found", "under"),
    [
        ("", "", workload(), PAUSING),
        ("kubectl", "", owned_by("kubectl"), PAUSING),
        ("kubectl-edit", "", owned_by("helm", "kubectl-edit"), PAUSING),
        ("", "", owned_by("finops-enforcer"), PAUSING),
        ("argocd-controller", "Argo CD", owned_by("argocd-controller"), PAUSING),
        ("kustomize-controller", "Flux", owned_by("kustomize-controller"), PAUSING),
        ("kubectl", "Flux", owned_by("helm-controller", "kubectl"), PAUSING),
        ("argocd-controller", "", owned_by("argocd-controller"), policy()),
        ("argocd-controller", "", owned_by("argocd-controller"), None),
        ("", "Argo CD", workload(**applied(3)), PAUSING),
        ("", "", workload(**applied(7)), PAUSING),
        ("", "", workload(**applied(None)), PAUSING),
        ("", "Flux", workload(**applied(3, labels={"kustomize.toolkit.fluxcd.io/name": "shop"})), PAUSING),
        ("", "", workload(**applied(3, labels={"app": "web"})), PAUSING),
        ("kubectl", "", owned_by("kubectl", **applied(3)), PAUSING),
        ("", "Argo CD", workload(annotations={**TRACKED, LAST_APPLIED: "not JSON"}), PAUSING),
    ],
    ids=[
        "a count by /scale",
        "kubectl",
        "the latest of two",
        "ourselves",
        "Argo CD",
        "Flux",
        "Flux and somebody else",
        "gitOps: Decline",
        "no policy",
        "tracked, Git's count",
        "tracked, another count",
        "tracked, no count in Git",
        "tracked by Flux",
        "not tracked",
        "tracked, but kubectl wrote it",
        "tracked, unreadable manifest",
    ],
)
def test_who_raised_it_is_read_from_the_object(owner: str, tool: str, found: Any, under: Any) -> None:
    answer = who_raised(found, under, None, NOW)
    assert (answer.owner, answer.reverted_by) == (owner, tool)


LATER, LATEST = NOW + 5 * SECOND, NOW + 9 * SECOND


def raised_workload(owner_at: Any, available_at: Any) -> Any:
    writers = (Writer(manager="operator", time=owner_at, writes_spec=True, owns_replicas=True),)
    rollout = workload().rollout.model_copy(update={"available_changed_at": available_at})
    return workload(writers=writers, rollout=rollout)


@pytest.mark.parametrize(
    ("found", "at"),
    [
        (raised_workload(LATER, LATEST), LATER),
        (raised_workload(LATEST, LATER), LATER),
        (raised_workload(None, LATER), LATER),
        (raised_workload(LATER, None), LATER),
        (raised_workload(NOW - HOUR, LATER), LATER),
        (raised_workload(NOW - HOUR, NOW - HOUR), None),
        (raised_workload(None, None), None),
    ],
    ids=[
        "its owner tells",
        "its first pods tell",
        "an owner without a time",
        "no pods yet",
        "an owner of before",
        "all of it is of before",
        "nothing is known",
    ],
)
def test_a_count_was_raised_when_the_object_says_so_first(found: Any, at: Any) -> None:
    assert who_raised(found, None, None, NOW).at == at


@pytest.mark.parametrize(
    ("at", "raised_at"),
    [(LATER, LATER), (None, LOOK_AT), (LOOK_AT + HOUR, LOOK_AT)],
    ids=["known", "unknown", "by a clock that is ahead"],
)
def test_a_sleep_was_over_when_its_count_was_raised_and_at_the_latest_when_that_was_seen(
    at: Any, raised_at: Any
) -> None:
    assert review(UNWATCHED, consulted(seen(), **raised(at=at)), LOOK_AT).raised_at == raised_at


def test_a_person_who_wakes_it_without_temporal_contests_nothing() -> None:
    given_back = seen(annotations={key: text for key, text in note_patch(NOTED).items() if text is not None})
    assert review(UNWATCHED, consulted(given_back), LOOK_AT).raised_at is None


@pytest.mark.parametrize(
    ("after", "soon"), [(5 * SECOND, True), (10 * 60 * SECOND, True), (HOUR, False)], ids=["5 s", "10 min", "1 h"]
)
def test_only_a_count_that_is_raised_within_minutes_speaks_against_the_pause_itself(after: Any, soon: bool) -> None:
    assert is_raised_soon(NOW, NOW + after) is soon


@pytest.mark.parametrize(("generation", "settled"), [(1, True), (2, False)])
def test_a_spec_that_no_controller_has_seen_is_not_settled(generation: int, settled: bool) -> None:
    behind = workload(rollout=workload().rollout.model_copy(update={"generation": generation}))
    assert who_raised(behind, None, None, NOW).settled is settled
