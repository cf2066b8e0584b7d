"""The policies in force are read: their source, Temporal and the cluster are asked.

Each of them may be away: then it is said what is not known.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from activities.hibernation.listing import list_open_if_known, open_query
from activities.policy_sources.source import PoliciesRead, PolicySourceUnreadable
from activities.snapshot import Hold
from operations.errors import NotThere
from operations.failures import describe_failure
from operations.installation import Installation
from operations.present.in_force import PoliciesInForce, PolicyInDetail, PolicyInForce
from operations.present.policy_runs import PolicyRun, read_last_run, read_recent_runs
from operations.present.policy_writers import LastChange, find_last_changes
from operations.standing.carriers import list_carriers
from operations.targets import is_sleeper
from operations.temporal import open_client
from policies import annotations as notes
from policies.calendar.sleep_windows import next_window
from policies.policy.document import EnforcementPolicy
from policies.policy.wording import describe_conditions, describe_scope
from policies.sleep.messages import AWAKE_PHASES
from worker.errors import ConnectionFailed
from worker.settings.values import PolicyPlace
from worker.temporal.cluster_record import read_record
from worker.temporal.schedule_states import ScheduleSeen, read_states


@dataclass(frozen=True)
class _Ran:
    """What Temporal tells. `trouble` says why it could not be asked."""

    hold: Hold | None = None
    schedules: Mapping[str, ScheduleSeen] = field(default_factory=dict)
    runs: Mapping[str, PolicyRun] = field(default_factory=dict)
    asleep: Mapping[str, int] | None = None
    trouble: str = ""


async def read_policies_in_force(installation: Installation, now: datetime) -> PoliciesInForce:
    """All policies of the cluster that the settings name, by name. Nothing is raised for what is away."""
    read, unreadable = await asyncio.to_thread(_read_source, installation)
    names = None if unreadable else [policy.name for policy in read.policies]
    ran = await _ask_temporal(installation, names)
    if unreadable and not ran.schedules and _is_new(installation):
        unreadable, names = "", []
    asleep, blind = (ran.asleep, "") if ran.asleep is not None else await asyncio.to_thread(_count_asleep, installation)
    changes = {} if unreadable else await asyncio.to_thread(find_last_changes, installation)
    documents = {policy.name: policy for policy in read.policies}
    known = sorted({*documents, *(() if names is not None else ran.schedules)})
    return PoliciesInForce(
        cluster=installation.settings.cluster,
        place=installation.policies.place,
        readable=not unreadable,
        at=now,
        policies=tuple(_describe(name, documents.get(name), ran, asleep, changes, now) for name in known),
        hold=ran.hold,
        objections=tuple(filter(None, (*map(str, read.problems), read.objection))),
        troubles=tuple(filter(None, (unreadable, ran.trouble, blind))),
    )


async def read_policy(installation: Installation, name: str, runs: int, now: datetime) -> PolicyInDetail:
    """One policy with its last runs. Raises NotThere where no policy has that name."""
    found = await read_policies_in_force(installation, now)
    policy = next((each for each in found.policies if each.name == name), None)
    if policy is None:
        there = ", ".join(each.name for each in found.policies) or "none"
        raise NotThere(f"there is no policy {name!r} in {found.place}; in force are: {there}")
    try:
        client = await open_client(installation)
        recent = await read_recent_runs(client, found.cluster, name, runs, installation.web_ui)
    except (ConnectionFailed, RPCError):  # the overview has told it
        recent = ()
    return PolicyInDetail(found=found.replace(policies=(policy,)), runs=recent)


def _read_source(installation: Installation) -> tuple[PoliciesRead, str]:
    try:
        return installation.policies.read(), ""
    except (IoError, PolicySourceUnreadable) as error:
        return PoliciesRead(), f"{error}; so modes, scopes and windows are not known"


def _is_new(installation: Installation) -> bool:
    """Whether nothing was ever applied: `finops apply` makes the folder."""
    settings = installation.settings
    return settings.policy_source is PolicyPlace.FILES and not settings.policies.exists()


async def _ask_temporal(installation: Installation, names: list[str] | None) -> _Ran:
    missing = "Temporal cannot be asked, so runs and holds are not known"
    try:
        return await _read_temporal(installation, await open_client(installation), names)
    except ConnectionFailed as error:
        return _Ran(trouble=f"{missing}: {error}")
    except RPCError as error:
        return _Ran(trouble=f"{missing}: {describe_failure(error)}")


async def _read_temporal(installation: Installation, client: Client, names: list[str] | None) -> _Ran:
    cluster, ui = installation.settings.cluster, installation.web_ui
    record, states = await asyncio.gather(read_record(client, cluster), read_states(client, cluster, names))
    schedules = {each.policy: each for each in states if each.policy and each.state != "orphan"}
    found = await asyncio.gather(*(read_last_run(client, cluster, name, ui) for name in schedules))
    opened = [each async for each in list_open_if_known(client, open_query(cluster))]
    return _Ran(
        hold=None if record is None else record.hold,
        schedules=schedules,
        runs={name: run for name, run in zip(schedules, found, strict=True) if run is not None},
        asleep=Counter(each.policy for each in opened if each.phase not in AWAKE_PHASES),
    )


def _count_asleep(installation: Installation) -> tuple[Mapping[str, int] | None, str]:
    """How many sleep under each policy by what they carry."""
    carriers = list_carriers(installation)
    if carriers.trouble:
        return None, f"the cluster cannot be asked, so what is asleep is not known: {carriers.trouble}"
    sleepers = filter(is_sleeper, carriers.ours(installation.known_instance))
    return Counter(notes.read_paused_by(each.annotations) for each in sleepers), ""


def _describe(
    name: str,
    policy: EnforcementPolicy | None,
    ran: _Ran,
    asleep: Mapping[str, int] | None,
    changes: Mapping[str, LastChange],
    now: datetime,
) -> PolicyInForce:
    schedule = ran.schedules.get(name)
    told = PolicyInForce(
        name=name,
        asleep=None if asleep is None else asleep.get(name, 0),
        runs_known=not ran.trouble,
        last_run=ran.runs.get(name),
        next_run_at=None if schedule is None else schedule.next_at,
        objection="" if schedule is None else schedule.problem,
        changed=changes.get(name, LastChange()),
    )
    if policy is None:
        return told
    window = next_window(policy, now)
    return told.replace(
        mode=policy.spec.mode,
        suspended=policy.spec.suspend,
        scope=describe_scope(policy.spec.scope),
        conditions=describe_conditions(policy),
        zone=policy.zone,
        window=window,
        window_runs=window is not None and window.includes(now),
    )
