from prometheus_client import generate_latest

from activities.gauges import show_sleepers


def shown() -> list[str]:
    lines = generate_latest().decode().splitlines()
    return sorted(line for line in lines if line.startswith(("finops_asleep", "finops_saved")))


def test_gauges_show_who_sleeps_now_and_forget_who_does_not() -> None:
    show_sleepers({"USD": [0.5, 0.25], "EUR": [1.0], "": [0.0]})
    assert shown() == [
        "finops_asleep 4.0",
        'finops_saved_per_hour{currency="EUR"} 1.0',
        'finops_saved_per_hour{currency="USD"} 0.75',
    ]
    show_sleepers({})
    assert shown() == ["finops_asleep 0.0"]
