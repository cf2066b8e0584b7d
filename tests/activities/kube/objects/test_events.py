"""Events are a courtesy: one that cannot be written is counted, and nobody waits."""

from threading import Event
from typing import Any, cast

from deployments import wait_for
from prometheus_client import REGISTRY

from activities.cluster_context import working_for
from activities.errors import Call, Denied
from activities.kube.objects.events import MOST_WAITING, EventRecorder
from activities.kube.transport import KubeTransport
from policies.workload import WorkloadRef

REF = WorkloadRef(namespace="dev", name="web")


class Refusing:
    """Takes its time, and then refuses every Event."""

    def __init__(self) -> None:
        self.goes_on = Event()

    def request(self, *_: Any, **__: Any) -> None:
        self.goes_on.wait()
        raise Denied(Call("create", "events", namespace="dev"), status=403)


def test_an_event_that_is_refused_or_finds_no_room_is_counted() -> None:
    transport = Refusing()
    recorder = EventRecorder(cast("KubeTransport", transport), "me")
    with working_for("events-test"):
        for number in range(MOST_WAITING + 2):
            recorder.record(REF, "Pause", "Paused", "asleep", about=str(number))
        assert dropped() == 2
        transport.goes_on.set()
        wait_for(lambda: dropped() == MOST_WAITING + 2, what="all that waited to be refused")


def dropped() -> float | None:
    return REGISTRY.get_sample_value("finops_events_dropped_total", {"cluster": "events-test"})
