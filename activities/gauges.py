"""Gauges of who sleeps, for /metrics: from the cluster itself, as often as it is looked through."""

from collections.abc import Mapping, Sequence

from prometheus_client import Gauge

_ASLEEP = Gauge("finops_asleep", "Deployments that sleep now.")
_SAVED = Gauge("finops_saved_per_hour", "What they save an hour, at the price when they were paused.", ["currency"])


def show_sleepers(saved: Mapping[str, Sequence[float]]) -> None:
    """Show these: what each saves an hour, by currency."""
    _ASLEEP.set(sum(map(len, saved.values())))
    _SAVED.clear()
    for currency, amounts in saved.items():
        if currency:
            _SAVED.labels(currency).set(sum(amounts))
