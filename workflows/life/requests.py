"""What people and the reconciliation have said to a hibernation."""

from dataclasses import dataclass
from datetime import datetime

from policies.sleep.messages import CheckRequest, ManualPause, WakeRequest


@dataclass
class HeardRequests:
    """What was said and not yet acted on. Handlers only assign here; the stages look at it."""

    wake: WakeRequest | None = None
    check: CheckRequest | None = None
    keep_awake: datetime | None = None
    kept: str = ""
    """Who keeps it awake, and why, in a sentence."""
    keep_awake_by: str = ""
    keep_awake_reason: str = ""
    pause: ManualPause | None = None

    def wish(self, until: datetime, wake: WakeRequest | None) -> None:
        """Keep it awake until then, because of a wake that somebody may have asked for."""
        self.keep_awake = until
        self.keep_awake_by, self.keep_awake_reason = ("", "") if wake is None else (wake.by, wake.reason)

    def keep(self, wake: WakeRequest) -> None:
        """Keep it awake until the time that somebody named."""
        assert wake.until is not None
        self.wish(wake.until, wake)
        self.kept = f"kept awake by {wake.asked}"

    def look(self, check: CheckRequest | None = None) -> None:
        """Look again. A check that names a deleted policy is not forgotten over a plain one."""
        if self.check is None or (check is not None and check.gone_policy):
            self.check = check or CheckRequest()
