from datetime import timedelta

from cases import policy

from policies.calendar.spread import delay_of

NIGHTS = {"timeZone": "UTC", "asleep": [{"from": "20:00", "to": "07:00"}]}
SPREAD = policy(schedule={**NIGHTS, "spread": "5m"})


def test_a_thousand_wakes_are_spread_over_the_whole_time_and_none_comes_later() -> None:
    delays = [delay_of(SPREAD, "dev", f"web-{number}") for number in range(1000)]
    assert all(timedelta(0) <= delay < timedelta(minutes=5) for delay in delays)
    by_minute = [sum(delay // timedelta(minutes=1) == minute for delay in delays) for minute in range(5)]
    assert min(by_minute) > 150


def test_a_workloads_share_is_always_the_same_and_another_one_for_another_namespace() -> None:
    assert delay_of(SPREAD, "dev", "web") == delay_of(SPREAD, "dev", "web") != delay_of(SPREAD, "test", "web")


def test_without_a_spread_nothing_is_delayed() -> None:
    for under in (policy(schedule=NIGHTS), policy(), None):
        assert delay_of(under, "dev", "web") == timedelta(0)
