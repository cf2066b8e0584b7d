"""What py-kube-downscaler was started with."""

from datetime import timedelta

from policies.importing.uptimes import Rule
from policies.models import Frozen


class DownscalerOptions(Frozen):
    """The options of the running downscaler, with its own defaults."""

    default_uptime: str = "always"
    default_downtime: str = "never"
    upscale_period: str = "never"
    downscale_period: str = "never"
    downtime_replicas: int = 0
    grace_period: timedelta = timedelta(minutes=15)
    namespace: tuple[str, ...] = ()
    """The only ones that it looks at; empty: all."""
    exclude_namespaces: tuple[str, ...] = ("kube-system",)
    exclude_deployments: tuple[str, ...] = ("kube-downscaler", "downscaler")
    matching_labels: tuple[str, ...] = ()
    default_timezone: str = ""
    """Its DEFAULT_TIMEZONE."""
    default_weekframe: str = ""
    """Its DEFAULT_WEEKFRAME."""

    @property
    def rule(self) -> Rule:
        """What holds where no annotation says anything."""
        return Rule(
            self.default_uptime,
            self.default_downtime,
            self.upscale_period,
            self.downscale_period,
            str(self.downtime_replicas),
        )
