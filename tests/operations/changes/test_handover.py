from cases import NOW, policy
from sleepers import sleeper

from operations.changes.handover import foresee_handovers


def test_what_sleeps_under_a_policy_that_goes_will_wake() -> None:
    (handover,) = foresee_handovers([sleeper("a"), sleeper("b")], ["idle-dev"], [], instance="me", now=NOW)
    assert str(handover) == "idle-dev: 2 asleep: 2 will wake"


def test_what_a_changed_policy_still_wants_goes_on_sleeping() -> None:
    narrowed = policy("idle-dev", scope={"namespaces": {"include": ["dev-shop"]}})
    sleepers = [sleeper("a"), sleeper("b", namespace="dev-x")]
    (handover,) = foresee_handovers(sleepers, ["idle-dev"], [narrowed], instance="me", now=NOW)
    assert str(handover) == "idle-dev: 2 asleep: 1 stays asleep, 1 will wake"


def test_those_who_will_wake_at_another_time_are_counted() -> None:
    evening, morning = policy("idle-dev", resumeAfter="4h"), policy("idle-dev", resumeAfter="14h")
    (handover,) = foresee_handovers([sleeper("a")], ["idle-dev"], [morning], instance="me", now=NOW, before=[evening])
    assert str(handover) == "idle-dev: 1 asleep: 1 stays asleep (1 until another time)"


def test_a_dry_run_wants_nobody_asleep() -> None:
    (handover,) = foresee_handovers(
        [sleeper("a")], ["idle-dev"], [policy("idle-dev", mode="DryRun")], instance="me", now=NOW
    )
    assert handover.wake == 1


def test_sleepers_of_other_installations_and_policies_are_left_out() -> None:
    sleepers = [sleeper("a", instance="they")]
    (handover,) = foresee_handovers(sleepers, ["idle-dev"], [], instance="me", now=NOW)
    assert str(handover) == "idle-dev: nothing sleeps under it"


def test_a_record_that_nobody_can_read_is_left_as_it_is() -> None:
    (handover,) = foresee_handovers([sleeper("a", original="many")], ["idle-dev"], [], instance="me", now=NOW)
    assert (handover.asleep, handover.wake, handover.unreadable) == (1, 0, 1)
