"""What a person should know of the source of policies, said while there is somebody to say it."""

from activities.alerts.raised import alert_once, settle
from activities.snapshot import Snapshot
from worker.cluster.sight import say_what_to_wake

_SOURCE = "the source of policies"
_DEFINITION = "the definition of policies"


def tell_of_policies(snapshot: Snapshot, instance: str) -> str:
    """Raise the alerts that are due. Returns what is lost or too old at present, for /readyz.

    Empty where all is well, or where nothing has been applied yet; an API server that does not answer is told by
    another check.

    A source that is lost, perhaps with its definition or its rights, may be the first sign of an uninstall: somebody
    has to wake what sleeps under `instance`. One that gave no answer just now neither ends nor raises an alert.
    """
    if snapshot.lost:
        sentence = f"{snapshot.unreadable}; nothing new is paused, and {say_what_to_wake(instance)}"
        alert_once("policies", _SOURCE, sentence)
    elif not snapshot.unreadable:
        settle(_SOURCE)
    if snapshot.objection:
        alert_once("definition", _DEFINITION, f"nothing is paused by policies: {snapshot.objection}")
    elif not snapshot.unreadable:
        settle(_DEFINITION)
    return snapshot.unreadable if snapshot.lost else snapshot.objection
