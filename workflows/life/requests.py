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
    pause: ManualPause | None = None

    def keep(self, wake: WakeRequest) -> None:
        """Keep it awake until the time that somebody named."""
        self.keep_awake, self.keep_awake_by = wake.until, wake.by
        self.kept = f"kept awake by {wake.asked}"

    def look(self, check: CheckRequest | None = None) -> None:
        """Look again. A check that names a deleted policy is not forgotten over a plain one."""
        if self.check is None or (check is not None and check.gone_policy):
            self.check = check or CheckRequest()
