"""What the worker itself may see and do, asked again and again: rights come and go while it runs."""

import logging
from collections.abc import Callable
from threading import Lock

from activities.alerts.raised import alert_once, settle
from activities.errors import KubernetesError
from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from activities.metrics import show_missing_rights
from policies.rights.blindness import Use
from policies.rights.rights import OWN_RIGHTS, RIGHTS, Need, Right, describe_blindness, missing_sight, sight_for

_ABOUT = "its own rights"
_AT_ONCE = 2
"""Few: no one waits for it, and connections and threads cost memory."""
_LOG = logging.getLogger(__name__)


def say_what_to_wake(instance: str) -> str:
    """What a person is to do before the worker can do nothing any more."""
    return (
        f"what sleeps wakes only while the worker may still write: finops resume --all --direct --instance {instance}"
    )


class RightsWatch:
    """The rights of one worker in its cluster; safe to share between threads."""

    def __init__(
        self,
        transport: KubeTransport,
        uses: frozenset[Use],
        instance: str,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`instance` is whose sleepers the worker looks after. `tell` is told of a right that is needed, was there and
        is gone; with nothing once all is well again.
        """
        self._transport = transport
        self._uses = uses
        self._instance = instance
        self._tell = tell
        self._lock = Lock()
        self._asked = (*(each for each in RIGHTS if each.kind is Need.NEEDED), *sight_for(uses))
        self._had: set[str] = set()
        self._missing: tuple[Right, ...] | None = None

    def missing(self) -> tuple[Right, ...]:
        """The optional rights that were missing when last asked; none before that."""
        return self._missing or ()

    def unseen(self) -> tuple[str, ...]:
        """The names of the optional rights that are missing, as last asked, or now where they were never asked for.

        Where that gets no answer they are not known, and that is the answer: nothing else is to wait for it.
        """
        try:
            missing = self.look() if self._missing is None else self._missing
        except KubernetesError:  # its reason is logged by the loop that goes on looking
            missing = (OWN_RIGHTS,)
        return tuple(each.name for each in missing)

    def look(self) -> tuple[Right, ...]:
        """Ask for all of them, and say what has changed. Returns the optional ones that are missing.

        Raises KubernetesError.
        """
        with self._lock:
            rights = review_rights(self._transport, self._asked, at_once=_AT_ONCE)
            missing = missing_sight(rights, self._uses)
            if missing != self._missing:
                sentences = describe_blindness(missing)
                _LOG.log(
                    logging.WARNING if sentences else logging.INFO,
                    "not known here: %s",
                    "; ".join(sentences) or "nothing, all optional rights that are in use are there",
                )
            self._missing = missing
            self._say_lost(rights)
        show_missing_rights(len(missing))
        return missing

    def _say_lost(self, rights: tuple[Right, ...]) -> None:
        """A right that was never there is somebody's choice: one may write in some namespaces alone."""
        self._had |= {each.name for each in rights if each.allowed}
        lost = [each for each in rights if each.kind is Need.NEEDED and each.name in self._had and not each.allowed]
        gone = f"the right to {', '.join(map(str, lost))} is gone"
        sentence = f"{gone}; {say_what_to_wake(self._instance)}" if lost else ""
        if lost:
            alert_once("rights", _ABOUT, sentence)
        else:
            settle(_ABOUT)
        self._tell(sentence)
