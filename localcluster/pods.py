"""A kubelet's word without a kubelet: marks every pending pod running and ready.

Pods stay unscheduled, so that deleting them is immediate. A pod that was put on a node by hand waits for a kubelet to
confirm its deletion; that word is given too.
"""

import datetime as dt
import http.client
import queue
import threading
import time

from localcluster.objects import ApiError, Object, ObjectClient, path_of

PARALLEL = 8
ATTEMPTS = 5
PAUSE_SECONDS = 0.2
# Only so that the watch notices a server that is gone; a quiet cluster is asked again after it.
WATCH_SECONDS = 600.0


def running_status(pod: Object, now: dt.datetime) -> Object:
    """The status a kubelet would report once every container of the pod is up."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    conditions = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    return {
        "phase": "Running",
        "startTime": moment,
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": moment} for kind in conditions],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": moment}},
            }
            for container in pod["spec"]["containers"]
        ],
    }


class PodRunner:
    """Threads that watch the pods and report for them, until `stop`."""

    def __init__(self, client: ObjectClient) -> None:
        self._client = client
        self._work: queue.SimpleQueue[Object | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start the threads; they end with the process."""
        threading.Thread(target=self._watch, name="pods-watch", daemon=True).start()
        for number in range(PARALLEL):
            threading.Thread(target=self._report, name=f"pods-report-{number}", daemon=True).start()

    def stop(self) -> None:
        """Report no more."""
        self._stopped.set()
        for _ in range(PARALLEL):
            self._work.put(None)

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                for event in self._client.watch("/api/v1/pods", timeout_seconds=WATCH_SECONDS):
                    if event["type"] in {"ADDED", "MODIFIED"}:
                        self._work.put(event["object"])
            except (ApiError, OSError, ValueError, http.client.HTTPException):
                pass  # the next watch begins with all that is there
            time.sleep(PAUSE_SECONDS)

    def _report(self) -> None:
        while (pod := self._work.get()) is not None:
            for _ in range(ATTEMPTS):
                try:
                    self._answer_for(pod)
                except (ApiError, OSError, http.client.HTTPException) as error:
                    if self._stopped.is_set() or (isinstance(error, ApiError) and error.status in {404, 409, 422}):
                        break  # deleted or replaced meanwhile
                    time.sleep(PAUSE_SECONDS)
                else:
                    break

    def _answer_for(self, pod: Object) -> None:
        path = path_of("v1/Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        if pod["metadata"].get("deletionTimestamp"):
            if pod["spec"].get("nodeName"):
                self._client.delete(path, gracePeriodSeconds=0)
        elif pod["status"].get("phase") == "Pending":
            self._client.patch(f"{path}/status", {"status": running_status(pod, dt.datetime.now(dt.UTC))})
