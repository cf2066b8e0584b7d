"""Who is told of digests and alerts: the receivers that the settings name, each with an outbox of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from activities.alerts import raised as alerts
from activities.messages.outbox import Outbox
from policies.runs.digests import Message, Urgency
from worker.settings.settings import Settings


class Notifier:
    """Hands a message to every receiver, without waiting."""

    def __init__(self, cluster: str, outboxes: tuple[Outbox, ...]) -> None:
        self._cluster = cluster
        self._outboxes = outboxes

    @property
    def trouble(self) -> str:
        """Which receivers did not take their last message, and why; empty where all did."""
        return "; ".join(outbox.trouble for outbox in self._outboxes if outbox.trouble)

    def tell(self, message: Message) -> None:
        """Hand a message to every receiver."""
        for outbox in self._outboxes:
            outbox.put(message)

    def tell_alert(self, kind: str, sentence: str, data: dict[str, str]) -> None:
        """Hand an alert to every receiver."""
        self.tell(
            Message(
                kind=kind,
                cluster=self._cluster,
                title=f"Alert on {self._cluster}: {kind}",
                text=sentence,
                urgency=Urgency.WARNING,
                workload=data.get("workload", ""),
            )
        )

    def close(self) -> None:
        """Send what is waiting, as far as that goes in some seconds."""
        for outbox in self._outboxes:
            outbox.close()


@contextmanager
def notifying(settings: Settings) -> Iterator[Notifier]:
    """The notifier of a worker, which hears every alert until the block ends."""
    notifier = Notifier(settings.cluster, tuple(_outboxes(settings)))
    alerts.listen(notifier.tell_alert)
    try:
        yield notifier
    finally:
        alerts.stop_listening(notifier.tell_alert)
        notifier.close()


def _outboxes(settings: Settings) -> Iterator[Outbox]:
    files = settings.webhook_files
    if not files and settings.webhook_url is None:
        return
    # Only here: httpx is 6 MB of a worker's memory.
    from activities.messages.formats import RECEIVERS, to_json  # noqa: PLC0415
    from activities.messages.webhook import Webhook, secret_in  # noqa: PLC0415

    hosts = (*(host for each in RECEIVERS for host in each.hosts), *settings.webhook_hosts)
    for name, render, _ in RECEIVERS:
        if name in files:
            yield Outbox(name, Webhook(name, secret_in(files[name]), render, hosts=hosts).send)
    if settings.webhook_url is not None:
        url, file = settings.webhook_url, settings.webhook_key_file
        key = None if file is None else secret_in(file)
        yield Outbox("webhook", Webhook("webhook", lambda: url, to_json, hosts=hosts, key=key).send)
