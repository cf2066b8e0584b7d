"""No repetition without memory: what a day of each situation comes to, where nothing changes it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cases import NOW, policy, workload
from ids import key_of
from sleepers import sleeper
from unchangingdays import RUNS, Counts, Situation, enforce_all_day, reconcile_all_day

from activities.errors import Call, Denied
from activities.kube.workloads.pages import Unreadable
from policies.sleep.discrepancies import OpenHibernation
from policies.sleep.messages import Phase
from policies.times import to_rfc3339
from policies.workload import Workload, WorkloadRef, Writer

HOUR = timedelta(hours=1)
ASLEEP = OpenHibernation(phase=Phase.ASLEEP, policy="idle-dev", resume_at=NOW + 72 * HOUR)
ON_SUNDAYS = {"timeZone": "UTC", "asleep": [{"from": "Sun 01:00", "to": "Mon 07:00"}]}


def edited() -> Workload:
    """Somebody edited its spec an hour after it fell asleep; its revision is the same."""
    writer = Writer(manager="argocd", operation="Apply", time=NOW - timedelta(minutes=5), writes_spec=True)
    return sleeper("web").model_copy(update={"writers": (writer,)})


def extended() -> Workload:
    """A person let it sleep on for three days, and its window is over."""
    asleep = sleeper("web")
    until = {"finops.io/resume-at": to_rfc3339(NOW + 72 * HOUR)}
    return asleep.model_copy(update={"annotations": asleep.annotations | until})


def woken(name: str) -> Workload:
    """Its pods do not come."""
    resumed_at = {"finops.io/resumed-at": to_rfc3339(NOW - HOUR / 4)}
    rollout = workload().rollout.model_copy(update={"available_replicas": 0})
    return workload("dev-shop", name, annotations=resumed_at, rollout=rollout)


def excluded() -> Workload:
    asleep = sleeper("web")
    return asleep.model_copy(update={"annotations": asleep.annotations | {"finops.io/exclude": "true"}})


UNREADABLE = tuple(sleeper(f"web-{number}", original="many", namespace=f"dev-{number % 2}") for number in range(250))
OPEN = {"dev-shop/web": ASLEEP}
RULED = (policy(),)
SCHEDULED = (policy(schedule=ON_SUNDAYS),)
STRANGE = Unreadable(key_of("dev-shop/web"), "a request is odd", but_requests=sleeper("web"))
STRANGERS = tuple(Unreadable(key_of(f"dev/{number}"), "odd") for number in range(250))


@pytest.mark.parametrize(
    ("situation", "counts"),
    [
        (Situation((sleeper("web"),), OPEN, policies=RULED), Counts()),
        (Situation((edited(),), OPEN, policies=RULED), Counts(nudges=9)),
        (Situation((extended(),), OPEN, policies=SCHEDULED), Counts(nudges=9)),
        (Situation((sleeper("web"),), {"dev-shop/web": OpenHibernation(phase=Phase.COOLING)}), Counts(nudges=9)),
        (Situation((sleeper("web"),)), Counts(hibernations=9)),
        (Situation((sleeper("web").model_copy(update={"being_deleted": True}),)), Counts()),
        (Situation((extended(),), {}), Counts(hibernations=9)),
        (Situation(UNREADABLE), Counts(alerts=2)),
        (Situation(tuple(woken(f"web-{number}") for number in range(250))), Counts(alerts=1)),
        (Situation((), OPEN, (STRANGE,), RULED), Counts(alerts=1)),
        (Situation((), {}, STRANGERS), Counts(alerts=1)),
        (Situation((excluded(),), OPEN, policies=RULED), Counts(nudges=RUNS)),
        (
            Situation((sleeper("web"),), {"dev-shop/web": ASLEEP.model_copy(update={"resume_at": NOW - HOUR})}),
            Counts(nudges=RUNS),
        ),
    ],
    ids=[
        "nothing is wrong",
        "edited sleeper",
        "extended sleeper",
        "awake at zero with an old record",
        "hibernation started in vain",
        "hibernation of one that is being deleted",
        "hibernation started in vain before its time",
        "250 unreadable sleepers in two namespaces",
        "250 that were woken and are not ready",
        "sleeper whose requests cannot be read",
        "250 Deployments that cannot be understood",
        "excluded by a person: until it wakes",
        "overdue: until it wakes",
    ],
)
async def test_a_day_of_reconciliations(situation: Situation, counts: Counts) -> None:
    told, _ = await reconcile_all_day(situation)
    assert told == counts


async def test_what_is_known_to_be_harmless_is_not_told_as_wrong() -> None:
    _, last = await reconcile_all_day(Situation((extended(),), OPEN, policies=SCHEDULED))
    assert (last.sentence, last.looked_at) == ("1 Deployment compared: nothing is wrong.", 1)


def missing_right(ref: WorkloadRef) -> Denied | None:
    call = Call(verb="patch", resource="deployments", namespace=ref.namespace, name=ref.name, writes=True)
    return Denied(call, status=403) if ref.namespace == "closed" else None


def admission(ref: WorkloadRef) -> Denied | None:
    call = Call(verb="patch", resource="deployments", namespace=ref.namespace, name=ref.name, writes=True)
    return Denied(call, status=422) if ref.namespace == "closed" else None


@pytest.mark.parametrize("scale_alone", [False, True], ids=["the record is refused", "the scale alone is refused"])
@pytest.mark.parametrize(
    ("refuse", "counts"),
    [
        (missing_right, Counts(alerts=1, hibernations=20 + 23 + 40)),
        (admission, Counts(alerts=1, hibernations=20 * 24 + 40)),
    ],
    ids=["no right to write in a namespace", "refused by admission"],
)
def test_a_day_of_runs_of_which_twenty_pauses_are_refused(
    refuse: Callable[[WorkloadRef], Denied | None], counts: Counts, scale_alone: bool
) -> None:
    limited = policy(limits={"maxActionsPerRun": 20})
    closed, free = ([workload(each, f"web-{number}") for number in range(size)] for each, size in SIZES.items())
    told, asleep = enforce_all_day(limited, (*closed, *free), refuse, scale_alone=scale_alone)
    assert told == counts
    assert asleep[:4] == [0, 20, 40, 40]


SIZES = {"closed": 20, "free": 40}
