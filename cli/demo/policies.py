"""The two policies of the demo, written for the moment at which it is played."""

from datetime import UTC, datetime, timedelta
from typing import Final

from policies.policy.windows import WEEKDAYS

COOLDOWN_SECONDS: Final = 10
WEEKEND: Final = timedelta(hours=60)
"""As long as Fri 20:00 to Mon 08:00."""

_DOCUMENTS = """\
# Sleeps over the weekend. Nobody wants to wait for Friday, so this one {remark}.
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {{name: weekend}}
spec:
  mode: Enforce
  scope: {{namespaces: {{include: ["dev-*", "preview-*", monitoring]}}}}
  schedule:
    timeZone: UTC
    asleep:
      - {{from: {begin}, to: {end}}}
  minHourlyCost: 0.02        # and leaves alone what costs less an hour
  cooldownWindow: {cooldown}s        # or was deployed or woken a moment ago
---
# Only says what it would do: DryRun is the default.
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {{name: staging-trial}}
spec:
  scope: {{namespaces: {{include: [staging]}}}}
  schedule:
    timeZone: UTC
    asleep:
      - {{from: {begin}, to: {end}}}
  cooldownWindow: {cooldown}s
"""


def weekend_from(begin: datetime) -> str:
    """Both policies, with a weekend of sixty hours that began in this hour."""
    return _write(begin, begin.replace(minute=0) + WEEKEND, "began a moment ago")


def weekend_until(begin: datetime, end: datetime) -> str:
    """The same, over at a minute of the same week."""
    return _write(begin, end, "is over in a minute")


def _write(begin: datetime, end: datetime, remark: str) -> str:
    hour = begin.astimezone(UTC).replace(minute=0)
    return _DOCUMENTS.format(
        remark=remark, begin=_edge(hour), end=_edge(end.astimezone(UTC)), cooldown=COOLDOWN_SECONDS
    )


def _edge(at: datetime) -> str:
    return f"{WEEKDAYS[at.weekday()]} {at:%H:%M}"
