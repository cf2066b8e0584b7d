"""A migration never sleeps more than before: each peer by its own rules beside the policies that its import prints.

Both change days of European clocks are compared minute by minute, with the days around them. Objects are in the forms
of the peers' own examples.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peers import Downscaler, SleepInfo, kube_green_asleep, minutes_of

from policies.calendar.sleep_windows import sleeps
from policies.importing.downscaler import import_downscaler
from policies.importing.downscaler_options import DownscalerOptions
from policies.importing.drafts import Foreign, Imported
from policies.importing.kube_green import import_kube_green

NOW = datetime(2026, 10, 1, tzinfo=UTC)
WARM_UP = timedelta(days=8)
SPANS = [
    (datetime(2026, 10, 21, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC)),
    (datetime(2027, 3, 25, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)),
]
OFFICE = "Mon-Fri 07:30-20:30 Europe/Berlin"
SAME, LESS, NEVER = "same", "less", "never"
"""What the policies make of it: asleep at the very minutes, at fewer, or at none."""


def ours(found: Imported, space: str, name: str, labels: Mapping[str, str]) -> list[bool]:
    """For each minute, whether a policy lets it sleep, once the printed commands were run."""
    marks = [
        re.search(rf"(?:{each}) finops\.io/(.*)=(.*)", "\n".join(found.commands)) for each in _targets(space, name)
    ]
    told = {mark[1]: mark[2] for mark in marks if mark is not None}
    until = datetime.fromisoformat(told["exclude-until"]) if "exclude-until" in told else NOW
    windows = [
        (window.start or NOW, window.end or SPANS[-1][1])
        for draft in found.drafts
        if draft.policy.is_about(space, dict(labels)) and draft.policy.spec.schedule is not None
        for window in itertools.takewhile(
            lambda window: window.start is None or window.start < SPANS[-1][1], sleeps(draft.policy.spec.schedule, NOW)
        )
    ]
    asleep: list[bool] = []
    for begin, end in SPANS:
        inside = [window for window in windows if window[1] > begin and window[0] < end]
        asleep += [
            "exclude" not in told and at >= until and any(start <= at < stop for start, stop in inside)
            for at in minutes_of(begin, end)
        ]
    return asleep


def _targets(space: str, name: str) -> tuple[str, str]:
    return f"-n {space} annotate deployment {name}", f"annotate namespace {space}"


def warmed_up(of: Any) -> list[bool]:
    """What a peer does in the spans, where it has run for a week before each."""
    found: list[bool] = []
    for begin, end in SPANS:
        skipped = WARM_UP // timedelta(minutes=1)
        found += itertools.islice(of(minutes_of(begin - WARM_UP, end)), skipped, None)
    return found


def judge(mine: Sequence[bool], theirs: Sequence[bool]) -> str:
    """How they compare; asleep where the peer is awake is the one thing that must not be."""
    more = sum(one and not other for one, other in zip(mine, theirs, strict=True))
    assert not more, f"{more} minutes asleep where the peer is awake"
    if not any(mine):
        return NEVER
    missed = sum(theirs) - sum(mine)
    # on a day that has an hour twice, what begins in it begins at the second, and what ends in it ends at the first
    return SAME if missed <= 2 * 60 else LESS


def by_downscaler(
    space: Mapping[str, str], own: Mapping[str, str], labels: Mapping[str, str], **options: Any
) -> tuple[Imported, list[bool]]:
    """One Deployment `web` in namespace `dev`, beside a second one, under annotations without their prefix."""
    peer = Downscaler(**options)
    forcing = options.pop("forcing_pods", False)
    objects = (
        Foreign(name="dev", annotations=marked(space)),
        Foreign(namespace="dev", name="web", labels=labels, annotations=marked(own), spec={"replicas": 2}),
        Foreign(namespace="dev", name="api", labels={"app": "api"}, spec={"replicas": 2}),
    )
    pods = [Foreign(namespace="jobs", name="run", annotations=marked({"force-uptime": "true"}))] if forcing else []
    found = import_downscaler(objects[:1], objects[1:], DownscalerOptions(**options), NOW, pods)
    return found, warmed_up(lambda minutes: peer.asleep(minutes, ("dev", space), ("web", labels, own)))


def marked(annotations: Mapping[str, str]) -> dict[str, str]:
    return {f"downscaler/{key}": value for key, value in annotations.items()}


TIMES = {
    "office hours": ({"uptime": OFFICE}, {}, SAME),
    "office hours by CET": ({"uptime": "Mon-Fri 07:30-20:30 CET"}, {}, SAME),
    "by two names of one zone": ({"uptime": OFFICE, "downtime": "Mon-Fri 12:00-13:00 CET"}, {}, SAME),
    "two names in one list": ({"uptime": f"{OFFICE}, Sat-Sat 09:00-12:00 CET"}, {}, SAME),
    "by two zones": ({"uptime": OFFICE, "downtime": "Mon-Fri 12:00-13:00 Europe/London"}, {}, NEVER),
    "another hemisphere": ({"uptime": "Mon-Fri 09:00-17:00 America/Buenos_Aires"}, {}, SAME),
    "weekends and Friday evenings": ({"downtime": "Sat-Sun 00:00-24:00 CET,Fri-Fri 20:00-24:00 CET"}, {}, SAME),
    "over the weekend": ({"downtime": "Fri-Mon 20:00-24:00 Europe/Berlin"}, {}, SAME),
    "in the hour that is skipped": ({"downtime": "Mon-Sun 02:10-02:40 Europe/Berlin"}, {}, SAME),
    "across the hour that is skipped": ({"downtime": "Mon-Sun 01:30-02:30 Europe/Berlin"}, {}, SAME),
    "up in the hour that is skipped": ({"uptime": "Mon-Sun 02:10-02:40 Europe/Berlin"}, {}, SAME),
    "always": ({"downtime": "always"}, {}, SAME),
    "never up": ({"uptime": "never"}, {}, SAME),
    "backwards": ({"uptime": "Mon-Fri 20:00-07:00 Europe/Berlin"}, {}, SAME),
    "no zone": ({"uptime": "Mon-Fri 07:30-20:30"}, {}, NEVER),
    "no zone, and a default": ({"uptime": "Mon-Fri 07:30-20:30"}, {"default_timezone": "Europe/Berlin"}, SAME),
    "no days": ({"uptime": "07:30-20:30 Europe/Berlin"}, {}, NEVER),
    "no days, and a default": ({"uptime": "07:30-20:30 Europe/Berlin"}, {"default_weekframe": "Mon-Fri"}, SAME),
    "neither": ({"uptime": "07:30-20:30"}, {"default_timezone": "CET", "default_weekframe": "Sun-Thu"}, SAME),
    "one of both": ({"uptime": "07:30-20:30"}, {"default_timezone": "CET"}, NEVER),
    "a time alone": ({"downtime": "Mon-Fri 20:30 Europe/Berlin"}, {}, NEVER),
    "unreadable in its second part": ({"uptime": f"{OFFICE}, later"}, {}, NEVER),
    "unknown zone": ({"uptime": "Mon-Fri 07:30-20:30 Mars/Phobos"}, {}, NEVER),
    "periods": (
        {"upscale-period": "Mon-Fri 07:00-07:30 CET", "downscale-period": "Mon-Fri 20:00-20:30 Europe/Berlin"},
        {},
        SAME,
    ),
    "periods that overlap": (
        {"upscale-period": "Mon-Fri 07:00-20:15 CET", "downscale-period": "Mon-Fri 20:00-20:30 CET"},
        {},
        SAME,
    ),
    "nothing scales it up": ({"downscale-period": "Mon-Sun 19:00-20:00 Europe/Berlin"}, {}, NEVER),
    "a period in the hour that is skipped": (
        {"upscale-period": "Mon-Fri 07:00-07:30 CET", "downscale-period": "Sun-Sun 02:10-02:40 CET"},
        {},
        NEVER,
    ),
    "a period across it": (
        {"upscale-period": "Mon-Fri 07:00-07:30 CET", "downscale-period": "Sun-Sun 02:30-03:30 CET"},
        {},
        SAME,
    ),
    "an absolute time in periods": (
        {
            "upscale-period": "Mon-Fri 07:00-07:30 CET, 2026-10-23T00:00:00+02:00-2026-10-24T00:00:00+02:00",
            "downscale-period": "Mon-Fri 20:00-20:30 CET",
        },
        {},
        NEVER,
    ),
    "whole days of uptime": ({"uptime": f"{OFFICE}, 2026-10-24T00:00:00+02:00-2026-10-25T00:00:00+02:00"}, {}, SAME),
    "a part of a day of uptime": (
        {"uptime": f"{OFFICE}, 2026-10-24T12:00:00+02:00-2026-10-24T13:00:00+02:00"},
        {},
        LESS,
    ),
    "whole days of downtime": ({"downtime": "2026-10-24T00:00:00+02:00-2026-10-25T00:00:00+02:00"}, {}, SAME),
    "to the last second of a day": ({"downtime": "2026-10-23T00:00:00+02:00-2026-10-23T23:59:59+02:00"}, {}, SAME),
    "to the last minute of a day": ({"downtime": "2026-10-22T00:00:00+02:00-2026-10-23T23:59:00+02:00"}, {}, LESS),
    "parts of days of downtime": ({"downtime": "2026-10-22T12:00:00+02:00-2026-10-25T12:00:00+02:00"}, {}, LESS),
    "with an offset across the change": ({"downtime": "2026-10-24T00:00:00+02:00-2026-10-26T00:00:00+01:00"}, {}, LESS),
    "forced up": ({"uptime": OFFICE, "force-uptime": "true"}, {}, NEVER),
    "forced up always": ({"uptime": OFFICE, "force-uptime": "always"}, {}, NEVER),
    "not forced up": ({"uptime": OFFICE, "force-uptime": "false"}, {}, SAME),
    "forced up at times": ({"uptime": OFFICE, "force-uptime": "Sat-Sat 10:00-18:00 CET"}, {}, SAME),
    "forced up in periods": (
        {
            "upscale-period": "Mon-Fri 07:00-07:30 CET",
            "downscale-period": "Mon-Fri 20:00-20:30 CET",
            "force-uptime": "Sat-Sat 10:00-18:00 CET",
        },
        {},
        SAME,
    ),
    "forced up once": (
        {"uptime": OFFICE, "force-uptime": "2026-10-24T00:00:00+02:00-2026-10-25T00:00:00+02:00"},
        {},
        SAME,
    ),
    "forced up in times of another zone": (
        {"uptime": OFFICE, "force-uptime": "Sat-Sat 10:00-18:00 Asia/Tokyo"},
        {},
        NEVER,
    ),
    "forced up in what nobody can read": ({"uptime": OFFICE, "force-uptime": "soon"}, {}, NEVER),
    "forced up at times, and once down": (
        {
            "uptime": OFFICE,
            "downtime": "2026-10-23T00:00:00+02:00-2026-10-26T00:00:00+01:00",
            "force-uptime": "Sat-Sat 10:00-18:00 CET",
        },
        {},
        LESS,
    ),
    "forced up by a pod": ({"uptime": OFFICE}, {"forcing_pods": True}, NEVER),
    "said not to be, beside such a pod": ({"uptime": OFFICE, "force-uptime": "false"}, {"forcing_pods": True}, SAME),
    "forced down": ({"uptime": OFFICE, "force-downtime": "true"}, {}, LESS),
    "excluded": ({"uptime": OFFICE, "exclude": "true"}, {}, NEVER),
    "excluded until": ({"uptime": OFFICE, "exclude-until": "2026-10-25T10:00:00Z"}, {}, SAME),
    "one replica is left": ({"uptime": OFFICE, "downtime-replicas": "1"}, {}, NEVER),
    "its defaults": ({}, {"default_uptime": OFFICE}, SAME),
    "its defaults of a namespace that it leaves out": (
        {},
        {"default_uptime": OFFICE, "exclude_namespaces": ("de.",)},
        NEVER,
    ),
    "its defaults of another namespace": ({}, {"default_uptime": OFFICE, "namespace": ("test",)}, NEVER),
    "its defaults of this namespace": ({}, {"default_uptime": OFFICE, "namespace": ("dev",)}, SAME),
    "one label": ({"uptime": OFFICE}, {"matching_labels": ("app=web",)}, SAME),
    "any of two labels": ({"uptime": OFFICE}, {"matching_labels": ("app=web", "app=api")}, SAME),
    "another label": ({"uptime": OFFICE}, {"matching_labels": ("team=shop",)}, NEVER),
    "a pattern of labels": ({"uptime": OFFICE}, {"matching_labels": ("team=sh.*",)}, NEVER),
    "labels of two keys": ({"uptime": OFFICE}, {"matching_labels": ("app=api", "team=shop")}, NEVER),
}


@pytest.mark.parametrize(("marks", "options", "comes_to"), TIMES.values(), ids=TIMES)
def test_a_namespace_under_the_downscaler(marks: dict[str, str], options: dict[str, Any], comes_to: str) -> None:
    found, theirs = by_downscaler(marks, {}, {"app": "web"}, **options)
    assert judge(ours(found, "dev", "web", {"app": "web"}), theirs) == comes_to
    if comes_to == NEVER and "exclude" not in marks:
        assert found.left_out or not any(theirs), "what is not carried over is said"


@pytest.mark.parametrize(
    ("own", "labels", "options", "comes_to"),
    [
        ({"uptime": "Mon-Sun 06:00-23:00 Europe/Berlin"}, {"app": "web"}, {}, SAME),
        ({"uptime": "Mon-Sun 06:00-23:00 Europe/Berlin"}, {}, {}, NEVER),
        ({"uptime": "06:00-23:00"}, {"app": "web"}, {}, NEVER),
        ({"force-uptime": "true"}, {"app": "web"}, {}, SAME),
        ({"exclude": "yes"}, {"app": "web"}, {}, NEVER),
        ({"exclude-until": "2026-10-24"}, {"app": "web"}, {}, SAME),
        ({"exclude-until": "whenever"}, {"app": "web"}, {}, SAME),
        ({"downtime-replicas": "1"}, {"app": "web"}, {}, NEVER),
        ({"uptime": "always"}, {"app": "web"}, {"matching_labels": ("team=shop",)}, NEVER),
        ({"downtime": "always"}, {"app": "web"}, {"matching_labels": ("app=api",)}, NEVER),
        (
            {"upscale-period": "Mon-Fri 07:00-07:30 CET", "downscale-period": "Mon-Fri 19:00-19:30 CET"},
            {"app": "web"},
            {},
            SAME,
        ),
    ],
    ids=str,
)
def test_a_deployment_under_the_downscaler(
    own: dict[str, str], labels: dict[str, str], options: dict[str, Any], comes_to: str
) -> None:
    found, theirs = by_downscaler({"uptime": OFFICE}, own, labels, **options)
    assert judge(ours(found, "dev", "web", labels), theirs) == comes_to


HOURS = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
DAYS = st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
ZONES = st.sampled_from(["Europe/Berlin", "CET"])
WEEKLY = st.builds("{}-{} {}-{} {}".format, DAYS, DAYS, HOURS, HOURS, ZONES)
SPECS = st.one_of(st.sampled_from(["always", "never"]), st.lists(WEEKLY, min_size=1, max_size=2).map(", ".join))


@settings(max_examples=15)
@given(st.tuples(SPECS, SPECS), st.booleans(), st.one_of(st.just("false"), WEEKLY))
def test_whatever_is_written_it_never_sleeps_more(specs: tuple[str, str], by_periods: bool, force: str) -> None:
    names = ("upscale-period", "downscale-period") if by_periods else ("uptime", "downtime")
    marks = {**dict(zip(names, specs, strict=True)), "force-uptime": force}
    found, theirs = by_downscaler(marks, {}, {"app": "web"})
    judge(ours(found, "dev", "web", {"app": "web"}), theirs)


NIGHTS = {"weekdays": "1-5", "sleepAt": "20:00", "wakeUpAt": "08:00", "timeZone": "Europe/Rome"}


def reference(**labels: str) -> dict[str, Any]:
    return {"matchLabels": labels}


def named(name: str, kind: str = "Deployment") -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": kind, "name": name}


SLEEP_INFOS = {
    "working hours": ([{}], SAME),
    "in UTC": ([{"timeZone": ""}], SAME),
    "every day": ([{"weekdays": "*"}], SAME),
    "days by their names": ([{"weekdays": "MON-FRI"}], SAME),
    "every other day from Monday": ([{"weekdays": "1/2"}], SAME),
    "every other day": ([{"weekdays": "*/2"}], SAME),
    "a Sunday that is 7": ([{"weekdays": "1-7"}], NEVER),
    "no wake": ([{"wakeUpAt": ""}], NEVER),
    "within the skipped hour": ([{"weekdays": "*", "sleepAt": "02:30"}], NEVER),
    "within the skipped hour on days when it is not": ([{"sleepAt": "02:30"}], SAME),
    "waking within the skipped hour": ([{"weekdays": "*", "wakeUpAt": "02:30"}], LESS),
    "in the hour that comes twice": ([{"weekdays": "*", "sleepAt": "01:30", "wakeUpAt": "02:30"}], LESS),
    "every six hours": ([{"sleepAt": "*/6:00", "wakeUpAt": "*/6:30"}], SAME),
    "a minute after it wakes": ([{"sleepAt": "20:00", "wakeUpAt": "19:59"}], NEVER),
    "not Deployments": ([{"suspendDeployments": False}], NEVER),
    "a label is included": ([{"includeRef": [reference(tier="web")]}], SAME),
    "another label is included": ([{"includeRef": [reference(tier="db")]}], NEVER),
    "two labels are included": ([{"includeRef": [reference(tier="web"), reference(team="shop")]}], SAME),
    "two labels, of which it has one": ([{"includeRef": [reference(tier="web", team="ops")]}], NEVER),
    "two values of one label": ([{"includeRef": [reference(tier="web"), reference(tier="db")]}], NEVER),
    "it is included by name": ([{"includeRef": [named("web")]}], NEVER),
    "another one is included by name": ([{"includeRef": [named("db")]}], NEVER),
    "a label is excluded": ([{"excludeRef": [reference(tier="web")]}], NEVER),
    "either of two labels in one entry": ([{"excludeRef": [reference(tier="web", team="ops")]}], NEVER),
    "labels that it has not": ([{"excludeRef": [reference(tier="db", team="ops")]}], SAME),
    "it is excluded by name": ([{"excludeRef": [named("web")]}], NEVER),
    "another one is excluded by name": ([{"excludeRef": [named("db")]}], SAME),
    "a CronJob of its name is excluded": ([{"excludeRef": [named("web", "CronJob")]}], SAME),
    "included and excluded": (
        [{"includeRef": [reference(tier="web")], "excludeRef": [reference(team="shop")]}],
        NEVER,
    ),
    "two that say the same": ([{}, {}], SAME),
    "two that say the same of different ones": ([{"includeRef": [reference(tier="db")]}, {}], SAME),
    "two apart": ([{}, {"sleepAt": "12:00", "wakeUpAt": "13:00"}], SAME),
    "one inside the other": ([{"sleepAt": "18:00", "wakeUpAt": "06:00"}, {}], NEVER),
    "one at the end of the other": ([{"sleepAt": "18:00", "wakeUpAt": "20:00"}, {}], NEVER),
    "two in different zones": ([{"timeZone": "Asia/Tokyo"}, {}], NEVER),
}


@pytest.mark.parametrize(("specs", "comes_to"), SLEEP_INFOS.values(), ids=SLEEP_INFOS)
def test_a_deployment_under_kube_green(specs: list[dict[str, Any]], comes_to: str) -> None:
    labels = {"tier": "web", "team": "shop"}
    infos = [Foreign(namespace="dev", name=f"info-{number}", spec=NIGHTS | spec) for number, spec in enumerate(specs)]
    found = import_kube_green(infos, [Foreign(namespace="dev", name="web", labels=labels)], NOW)

    def theirs(minutes: Sequence[datetime]) -> Iterator[bool]:
        return kube_green_asleep([SleepInfo(**NIGHTS | spec) for spec in specs], minutes, "web", labels)

    assert judge(ours(found, "dev", "web", labels), warmed_up(theirs)) == comes_to
