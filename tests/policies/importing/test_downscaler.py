"""Policies from py-kube-downscaler's annotations, compared with that tool's own rule."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar.sleep_windows import running_window
from policies.importing.downscaler import import_downscaler
from policies.importing.downscaler_options import DownscalerOptions
from policies.importing.drafts import Foreign, Imported
from policies.policy.document import EnforcementPolicy
from policies.policy.parsing import parse_policy, to_document

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OFFICE = "Mon-Fri 07:30-20:30 Europe/Berlin"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = [NOW + timedelta(minutes=7 * step) for step in range(7 * 24 * 60 // 7)]


def namespace(name: str = "dev", **marks: str) -> Foreign:
    return Foreign(name=name, annotations=marked(marks))


def deployment(name: str = "web", space: str = "dev", labels: Any = None, replicas: int = 2, **marks: str) -> Foreign:
    return Foreign(
        namespace=space,
        name=name,
        labels={"app": name} if labels is None else labels,
        annotations=marked(marks),
        spec={"replicas": replicas},
    )


def marked(marks: dict[str, str]) -> dict[str, str]:
    return {f"downscaler/{key.replace('_', '-')}": value for key, value in marks.items()}


def imported(*objects: Foreign, **options: Any) -> Imported:
    namespaces = [each for each in objects if not each.namespace]
    found = import_downscaler(
        namespaces, [each for each in objects if each.namespace], DownscalerOptions(**options), NOW
    )
    for draft in found.drafts:  # what is printed is read like any other policy
        parse_policy(to_document(draft.policy), file="printed.yaml")
    return found


def only(found: Imported) -> EnforcementPolicy:
    (draft,) = found.drafts
    return draft.policy


def windows(policy: EnforcementPolicy) -> list[str]:
    assert policy.spec.schedule is not None
    return [str(window) for window in policy.spec.schedule.asleep]


def sleeps(found: Imported, one: Foreign, at: datetime) -> bool:
    """Whether any policy lets it sleep."""
    return any(
        draft.policy.is_about(one.namespace, dict(one.labels)) and running_window(draft.policy, at) is not None
        for draft in found.drafts
    )


def is_in(spec: str, at: datetime) -> bool:
    """Whether it is one of the times of a recurring spec, as that tool reads it."""
    if spec in {"always", "never"}:
        return spec == "always"
    for part in spec.split(","):
        first, last, *digits = re.split("[- :]", part.strip().rsplit(" ", 1)[0])
        local = at.astimezone(ZoneInfo(part.strip().rsplit(" ", 1)[1]))
        begin_day, end_day, day = DAYS.index(first), DAYS.index(last), local.weekday()
        day_matches = (begin_day <= day <= end_day) if begin_day <= end_day else (day >= begin_day or day <= end_day)
        begin, end = (int(digits[index]) * 60 + int(digits[index + 1]) for index in (0, 2))
        if day_matches and begin <= local.hour * 60 + local.minute < end:
            return True
    return False


def test_office_hours_become_nights_and_a_weekend() -> None:
    policy = only(imported(namespace(uptime=OFFICE)))
    assert windows(policy) == ["Mon-Thu 20:30 to 07:30", "Fri 20:30 to Mon 07:30"]
    assert policy.zone == "Europe/Berlin"
    assert policy.spec.scope.namespaces.include == ("dev",)
    assert policy.spec.mode == "DryRun"
    assert policy.spec.cooldown_window == timedelta(minutes=15)


TIMES = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
PARTS = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), TIMES, TIMES).map(
    lambda part: f"{part[0]}-{part[1]} {min(part[2:])}-{max(part[2:])} Europe/Berlin"
)
SPECS = st.one_of(st.sampled_from(["always", "never"]), st.lists(PARTS, min_size=1, max_size=3).map(", ".join))


@given(SPECS, SPECS)
def test_every_minute_is_what_that_tool_makes_of_it(uptime: str, downtime: str) -> None:
    web = deployment()
    found = imported(namespace(uptime=uptime, downtime=downtime), web)
    assert not found.left_out
    for at in WEEK[::9]:
        assert sleeps(found, web, at) == (not is_in(uptime, at) or is_in(downtime, at)), at


def test_periods_change_something_once_and_leave_it_until_the_other() -> None:
    periods = {"upscale_period": "Mon-Fri 07:00-07:30 UTC", "downscale_period": "Mon-Fri 20:00-20:30 UTC"}
    assert windows(only(imported(namespace(**periods)))) == ["Mon-Thu 20:00 to 07:00", "Fri 20:00 to Mon 07:00"]
    alone = imported(namespace(downscale_period="Mon-Fri 20:00-20:30 UTC"))
    assert not alone.drafts
    assert "nothing scales it up again" in alone.left_out[0].reason


def test_its_own_options_are_a_policy_over_all_other_namespaces() -> None:
    found = imported(
        namespace("dev"),
        namespace("test", uptime="Mon-Fri 06:00-22:00 UTC"),
        namespace("prod", exclude="true"),
        namespace("kube-system"),
        default_uptime=OFFICE,
    )
    by_scope = {draft.policy.spec.scope.namespaces.include: draft.policy for draft in found.drafts}
    assert set(by_scope) == {("*",), ("test",)}
    assert by_scope["*",].spec.scope.namespaces.exclude == ("kube-system", "prod", "test")


def test_a_deployment_with_times_of_its_own_gets_a_policy_of_its_own() -> None:
    web, api = deployment("web"), deployment("api", uptime="Mon-Sun 06:00-23:00 Europe/Berlin")
    found = imported(namespace(uptime=OFFICE), web, api)
    noon_of_sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert sleeps(found, web, noon_of_sunday)
    assert not sleeps(found, api, noon_of_sunday)
    assert sleeps(found, api, noon_of_sunday + timedelta(hours=11, minutes=30))


@pytest.mark.parametrize(
    ("one", "command"),
    [
        (deployment(exclude="true"), "kubectl -n dev annotate deployment web finops.io/exclude=true"),
        (deployment(exclude="yes, please"), "kubectl -n dev annotate deployment web finops.io/exclude=true"),
        (deployment("downscaler"), "kubectl -n dev annotate deployment downscaler finops.io/exclude=true"),
        (
            deployment(exclude_until="2026-12-24"),
            "kubectl -n dev annotate deployment web finops.io/exclude-until=2026-12-24T00:00:00Z",
        ),
        (
            deployment(labels={}, uptime="always"),
            "kubectl -n dev annotate deployment web finops.io/exclude=true",
        ),
    ],
)
def test_what_stays_awake_there_is_kept_awake_by_a_command(one: Foreign, command: str) -> None:
    assert imported(namespace(uptime=OFFICE), one).commands == (command,)


@pytest.mark.parametrize("exclusion", [{"exclude": "false"}, {"exclude_until": "2026-11-24"}])
def test_an_exclusion_that_is_none_says_nothing(exclusion: dict[str, Any]) -> None:
    assert imported(namespace(uptime=OFFICE), deployment(**exclusion)).commands == ()


@pytest.mark.parametrize(
    ("objects", "says"),
    [
        ((namespace(uptime="Mon-Fri 7-20 UTC"),), "is not a time such as"),
        ((namespace(uptime="Mon-Fri 07:00-20:00 Mars/Phobos"),), "is not a time zone"),
        ((namespace(uptime="Mon-Fri 07:00-20:61 UTC"),), "there is no 20:61"),
        ((namespace(uptime="Mon-Foo 07:00-20:00 UTC"),), "is not a day of the week"),
        ((namespace(uptime="Mon-Fri 07:00-20:00 UTC, Sat-Sat 09:00-12:00 Europe/Berlin"),), "several zones"),
        ((namespace(uptime=OFFICE, downtime="Mon-Fri 12:00-13:00 UTC"),), "several zones"),
        ((namespace(uptime="x" * 100_000),), "longer than"),
        ((namespace(uptime=OFFICE, downtime_replicas="1"),), "a sleep means 0 replicas"),
        ((namespace(uptime=OFFICE, downtime_replicas="ten"),), "a sleep means 0 replicas"),
        ((namespace(uptime="07:00-20:00 UTC"),), "--default-weekframe"),
        ((namespace(uptime="Mon-Fri 07:00-20:00"),), "--default-timezone"),
        ((namespace(uptime="Mon-Fri 07:00 UTC"),), "is not a time such as"),
        ((namespace(uptime=OFFICE, force_uptime="true"),), "keeps all of it awake"),
        ((namespace(uptime=OFFICE, force_uptime="soon"),), "so it is in no policy"),
        ((namespace(uptime=OFFICE, force_downtime="true"),), "overrules its times"),
        (
            (namespace(uptime=f"{OFFICE}, 2026-12-24T08:00:00+01:00-2026-12-24T18:00:00+01:00"),),
            "is kept awake from 2026-12-24 to 2026-12-24, as whole days in Europe/Berlin",
        ),
        (
            (namespace(downtime="2026-12-24T08:00:00+01:00-2026-12-26T18:00:00+01:00"),),
            "is slept through from 2026-12-25 to 2026-12-25, as whole days in Etc/GMT-1",
        ),
        ((namespace(downtime="2026-12-24T08:00:00+01:00-2026-12-24T18:00:00+01:00"),), "covers no whole day"),
        ((namespace(uptime=OFFICE), deployment(exclude_until="soon")), "is not a time such as"),
        ((namespace(uptime=OFFICE), deployment(labels={}, uptime="always")), "a label that it alone has"),
        ((namespace(uptime=OFFICE), deployment(replicas=0, original_replicas="3")), "let that wake it before"),
    ],
)
def test_what_cannot_be_carried_over_is_told_with_its_object(objects: tuple[Foreign, ...], says: str) -> None:
    found = imported(*objects)
    assert any(says in each.reason for each in found.left_out)
    assert all(str(objects[-1]) in each.object for each in found.left_out)


def test_patterns_of_labels_are_a_selector_where_they_are_one_label() -> None:
    one = only(imported(namespace(uptime=OFFICE), matching_labels=("team=shop",))).spec.scope.selector
    assert one.match_labels == {"team": "shop"}
    two = only(imported(namespace(uptime=OFFICE), matching_labels=("team=shop", "team=ops"))).spec.scope.selector
    assert [(each.key, each.values) for each in two.match_expressions] == [("team", ("shop", "ops"))]
    found = imported(namespace(uptime=OFFICE), matching_labels=("team=.*",))
    assert (found.drafts, found.left_out[0].field) == ((), "--matching-labels")


@pytest.mark.parametrize(
    ("patterns", "include", "exclude"),
    [
        (("kube-system", ".*-prod"), ("*",), ("*-prod", "kube-system")),
        (("(a|b)-prod",), ("dev",), ()),
    ],
)
def test_namespaces_to_come_are_in_the_policy_only_where_it_can_say_which_are_left_out(
    patterns: tuple[str, ...], include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    found = imported(namespace(), default_uptime=OFFICE, exclude_namespaces=patterns)
    scope = only(found).spec.scope.namespaces
    assert (scope.include, scope.exclude) == (include, exclude)
    assert bool(found.left_out) == (include != ("*",))


def test_absolute_times_are_whole_days_and_in_doubt_awake() -> None:
    once = "2026-12-24T15:00:00+01:00-2026-12-27T12:00:00+01:00"
    awake = only(imported(namespace(uptime=f"{OFFICE}, {once}"))).spec.schedule
    asleep = only(imported(namespace(uptime=OFFICE, downtime=once))).spec.schedule
    assert awake is not None
    assert asleep is not None
    assert [(str(each.first), str(each.last), each.keep) for each in awake.exceptions] == [
        ("2026-12-24", "2026-12-27", "Awake")
    ]
    past = only(imported(namespace(uptime=f"{OFFICE}, 2019-01-01T00:00:00+00:00-2019-01-02T00:00:00+00:00")))
    assert past.spec.schedule is not None
    assert past.spec.schedule.exceptions == ()
