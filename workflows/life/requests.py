"""What people and the reconciliation have said to a hibernation."""

from dataclasses import dataclass
from datetime import datetime

from policies.sleep.messages import CheckRequest, ManualPause, WakeRequest

NOBODYS = WakeRequest(by="")


@dataclass
class HeardRequests:
    """What was said and not yet acted on. Handlers only assign here; the stages look at it."""

    wake: WakeRequest | None = None
    check: CheckRequest | None = None
    keep_awake: datetime | None = None
    keep_awake_wish: WakeRequest = NOBODYS
    """Whose wish it is, and why."""
    kept: str = ""
    """Who keeps it awake, and why, in a sentence."""
    pause: ManualPause | None = None

    def wake_up(self, wake: WakeRequest) -> None:
        """Wake it. Who asked before, and whose wake is not done yet, gets no less than they asked for."""
        before, self.wake = self.wake, wake
        if wake.may_shorten:
            self.keep_awake = None
        elif before is not None and before.until is None and wake.until is not None:
            self.wake = before.replace()
            self.keep(wake)
        elif before is not None:
            self.keep(before.replace(may_shorten=False))  # that was said of what was there then

    def keep(self, wake: WakeRequest) -> None:
        """Keep it awake until the time that somebody named, if any. What is kept for longer is shortened only by who
        may.
        """
        if wake.until is None or (
            self.keep_awake is not None and self.keep_awake > wake.until and not wake.may_shorten
        ):
            return
        self.keep_awake, self.keep_awake_wish = wake.until, wake

    def look(self, check: CheckRequest | None = None) -> None:
        """Look again. A check that names a deleted policy is not forgotten over a plain one."""
        if self.check is None or (check is not None and check.gone_policy):
            self.check = check or CheckRequest()
