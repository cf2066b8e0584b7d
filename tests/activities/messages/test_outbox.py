"""Messages on their way: nobody waits for a receiver, and a flood of alerts is one message."""

import threading
import time
from collections.abc import Callable

import pytest
from deployments import wait_for
from prometheus_client import REGISTRY

from activities.cluster_context import working_for
from activities.errors import NotificationError
from activities.messages.outbox import MOST_APART, MOST_WAITING, Outbox
from policies.runs.digests import Message


def alert(text: str) -> Message:
    return Message(kind="denied", cluster="dev", title="Alert on dev: denied", text=text)


def digest(text: str) -> Message:
    return Message(kind="digest", cluster="dev", title="A window begins", text=text)


class Receiver:
    """Takes messages, after it has failed as often as it is told."""

    def __init__(self, *failures: NotificationError) -> None:
        self.got: list[Message] = []
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()
        self._failures = list(failures)

    def send(self, message: Message) -> None:
        self.asked.set()
        self.open.wait(20)
        if self._failures:
            raise self._failures.pop(0)
        self.got.append(message)


PASSING = NotificationError("slack", "it answered 503", is_worth_another=True)
LASTING = NotificationError("slack", "it answered 404")


def arrived(receiver: Receiver, number: int) -> Callable[[], bool]:
    return lambda: len(receiver.got) >= number


def test_putting_a_message_never_waits_for_a_receiver_that_hangs() -> None:
    receiver = Receiver()
    receiver.open.clear()
    outbox = Outbox("slack", receiver.send)
    began = time.monotonic()
    for number in range(2 * MOST_WAITING):
        outbox.put(alert(str(number)))
    assert time.monotonic() - began < 10
    receiver.open.set()


def test_a_message_is_sent_again_when_the_receiver_may_be_back() -> None:
    receiver = Receiver(PASSING, PASSING)
    Outbox("slack", receiver.send, waits=(0.0, 0.01, 0.01)).put(alert("a"))
    wait_for(arrived(receiver, 1), what="the message")


@pytest.mark.parametrize("failures", [[LASTING], [PASSING, PASSING]], ids=["refused", "down for too long"])
def test_a_message_that_cannot_be_delivered_holds_back_no_other(failures: list[NotificationError]) -> None:
    receiver = Receiver(*failures)
    outbox = Outbox("slack", receiver.send, waits=(0.0, 0.01))
    outbox.put(alert("lost"))
    outbox.put(alert("b"))
    wait_for(arrived(receiver, 1), what="the second message")
    assert [message.text for message in receiver.got] == ["b"]


def test_a_flood_of_alerts_is_one_message() -> None:
    receiver = Receiver()
    receiver.open.clear()
    outbox = Outbox("slack", receiver.send)
    outbox.put(alert("alert 0"))
    assert receiver.asked.wait(20)
    for number in range(1, 40):
        outbox.put(alert(f"alert {number}"))
    receiver.open.set()
    wait_for(arrived(receiver, 2), what="both messages")
    time.sleep(0.3)
    first, rest = receiver.got
    assert first.text == "alert 0"
    assert rest.title == "39 alerts on dev"
    assert rest.text.splitlines()[-1] == f"... and {39 - MOST_APART} more, see the log"


def test_what_waits_is_sent_before_the_end() -> None:
    for _ in range(50):  # the thread is anywhere in its round
        receiver = Receiver()
        outbox = Outbox("slack", receiver.send)
        outbox.put(alert("last"))
        outbox.close()
        assert [message.text for message in receiver.got] == ["last"]


def test_what_does_not_fit_any_more_is_counted_and_told_and_the_rest_arrives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver = Receiver()
    receiver.open.clear()
    with working_for("outbox-full"):
        outbox = Outbox("slack", receiver.send)
        outbox.put(alert("first"))
        assert receiver.asked.wait(20)
        for number in range(MOST_WAITING + 3):
            outbox.put(digest(str(number)) if number % 2 else alert(str(number)))
    assert dropped("outbox-full") == 3
    receiver.open.set()
    digests = MOST_WAITING // 2
    wait_for(arrived(receiver, 2 + digests), what="what was waiting")
    assert receiver.got[1].title == f"{digests} alerts on dev"
    assert [message.kind for message in receiver.got[2:]] == ["digest"] * digests
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"{MOST_WAITING} messages to slack are waiting: further ones are dropped",
        "3 messages to slack were dropped",
    ]
    outbox.put(alert("afterwards"))
    wait_for(lambda: receiver.got[-1].text == "afterwards", what="a message after that")


def dropped(cluster: str) -> float:
    labels = {"cluster": cluster, "to": "slack", "result": "dropped"}
    return REGISTRY.get_sample_value("finops_notifications_total", labels) or 0.0
