"""Policies from kube-green's SleepInfo objects."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies.importing.drafts import Foreign, Imported
from policies.importing.kube_green import import_kube_green
from policies.policy.parsing import parse_policy, to_document

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NIGHTS = {"weekdays": "1-5", "sleepAt": "20:00", "wakeUpAt": "08:00", "timeZone": "Europe/Rome"}


def sleep_info(name: str = "working-hours", space: str = "dev", **spec: Any) -> Foreign:
    return Foreign(namespace=space, name=name, spec={**NIGHTS, **spec})


def deployment(name: str, **labels: str) -> Foreign:
    return Foreign(namespace="dev", name=name, labels=labels)


def imported(*objects: Foreign) -> Imported:
    infos = [each for each in objects if each.spec]
    found = import_kube_green(infos, [each for each in objects if not each.spec], NOW)
    for draft in found.drafts:
        parse_policy(to_document(draft.policy), file="printed.yaml")
    return found


def document(found: Imported) -> dict[str, Any]:
    (draft,) = found.drafts
    spec: dict[str, Any] = to_document(draft.policy)["spec"]
    return spec


def test_a_sleep_info_is_a_window_over_its_namespace() -> None:
    assert document(imported(sleep_info())) == {
        "mode": "DryRun",
        "scope": {"namespaces": {"include": ["dev"]}},
        "schedule": {
            "timeZone": "Europe/Rome",
            "asleep": [{"fromCron": "00 20 * * 1-5", "toCron": "00 08 * * 1-5"}],
        },
    }


def test_those_that_say_the_same_are_one_policy() -> None:
    found = imported(sleep_info(), sleep_info("nights", "test"), sleep_info(space="stage", sleepAt="22:00"))
    assert {draft.policy.spec.scope.namespaces.include for draft in found.drafts} == {("dev", "test"), ("stage",)}


@pytest.mark.parametrize("field", ["suspend", "exceptDates", "weekdaySleep"])
def test_a_field_of_a_later_version_may_say_when_not_to_sleep_so_it_is_left_out(field: str) -> None:
    found = imported(sleep_info(**{field: "1"}), sleep_info(space="stage"))
    assert [draft.policy.spec.scope.namespaces.include for draft in found.drafts] == [("stage",)]
    (left,) = found.left_out
    assert (left.object, left.reason) == (
        "SleepInfo dev/working-hours",
        f'it says "{field}", which this version does not understand',
    )


def test_without_a_zone_it_is_utc() -> None:
    assert document(imported(sleep_info(timeZone="")))["schedule"]["timeZone"] == "UTC"


def test_one_label_that_is_excluded_is_a_selector() -> None:
    excluded = [{"apiVersion": "apps/v1", "kind": "Deployment", "matchLabels": {"tier": "db"}}]
    assert document(imported(sleep_info(excludeRef=excluded)))["scope"]["selector"] == {
        "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}]
    }


def test_what_is_included_is_a_selector_and_of_two_excluded_labels_either_is_enough() -> None:
    included, excluded = [{"matchLabels": {"team": "shop"}}], [{"matchLabels": {"a": "1", "b": "2"}}]
    assert document(imported(sleep_info(includeRef=included, excludeRef=excluded)))["scope"]["selector"] == {
        "matchLabels": {"team": "shop"},
        "matchExpressions": [
            {"key": "a", "operator": "NotIn", "values": ["1"]},
            {"key": "b", "operator": "NotIn", "values": ["2"]},
        ],
    }


def test_two_that_meet_in_a_namespace_are_both_left_out() -> None:
    found = imported(sleep_info(), sleep_info("early", sleepAt="18:00"), sleep_info("elsewhere", "test"))
    assert {draft.policy.spec.scope.namespaces.include for draft in found.drafts} == {("test",)}
    assert {each.object for each in found.left_out} == {"SleepInfo dev/working-hours", "SleepInfo dev/early"}


@pytest.mark.parametrize(
    ("reference", "commands"),
    [
        ({"kind": "Deployment", "name": "api"}, ["kubectl -n dev annotate deployment api finops.io/exclude=true"]),
        ({"kind": "CronJob", "name": "api"}, []),
        ({"name": "nobody"}, []),
        ({"matchLabels": {"tier": "db", "team": "shop"}}, []),
    ],
)
def test_what_else_is_excluded_is_kept_awake_by_a_command(reference: dict[str, Any], commands: list[str]) -> None:
    there = [deployment("api", tier="api"), deployment("db", tier="db", team="shop"), deployment("web", tier="db")]
    assert list(imported(sleep_info(excludeRef=[reference]), *there).commands) == commands


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"wakeUpAt": ""}, "it has no wakeUpAt"),
        ({"sleepAt": "20"}, "not a time such as 20:00"),
        ({"sleepAt": "25:00"}, "25"),
        ({"sleepAt": 20}, "not text"),
        ({"weekdays": ""}, "is not a cron expression"),
        ({"weekdays": "someday"}, "someday"),
        ({"sleepAt": "*:*"}, "more than"),
        ({"sleepAt": "08:00"}, "the same time"),
        ({"timeZone": "Mars/Phobos"}, "is not a time zone"),
        ({"suspendDeployments": False}, "it leaves Deployments alone"),
        ({"suspendCronJobs": True}, "CronJobs are left as they are"),
        ({"suspendStatefulSets": True}, "StatefulSets are left as they are"),
        ({"patches": [{"target": {}}]}, "other objects than Deployments"),
        ({"excludeRef": "web"}, "not a list"),
        ({"excludeRef": ["web"]}, "names nothing"),
        ({"excludeRef": [{"kind": "Deployment"}]}, "names nothing"),
        ({"excludeRef": [{"name": "nobody"}]}, "no Deployment nobody now"),
        ({"weekdays": "1,7"}, "its Sunday is 0"),
        ({"sleepAt": "02:30", "weekdays": "*"}, "skip once a year"),
        ({"sleepAt": "08:01"}, "every other one of these sleeps"),
        ({"includeRef": [{"kind": "Deployment", "name": "web"}]}, "selects by labels and not by names"),
        ({"includeRef": [{"matchLabels": {"a": "1"}}, {"matchLabels": {"a": "2"}}]}, "two values of the label a"),
    ],
)
def test_what_cannot_be_carried_over_is_told_with_its_object(spec: dict[str, Any], says: str) -> None:
    (left,) = imported(sleep_info(**spec)).left_out
    assert left.object == "SleepInfo dev/working-hours"
    assert says in left.reason
