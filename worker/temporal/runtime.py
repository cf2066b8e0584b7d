"""The SDK's own runtime: its logs through `logging`, thinned, and its metrics.

Left alone it writes to standard output, in colour, between the tables and the JSON of the command line: 431 lines
for 40 seconds without a server.
"""

import logging
import re
import time
from collections.abc import Callable
from functools import cache

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from worker.repeats import Repeats, add_count

CORE_LOGGER = "temporalio.core"
_REPEAT_SECONDS = 60.0


class RepeatFilter(logging.Filter):
    """Lets a message through once in `seconds`; the next one let through says how many were held back.

    Messages count as the same when they differ in numbers only (attempts, ports, times) or in what follows the
    first brace, where the SDK appends its fields.
    """

    def __init__(self, *, seconds: float = _REPEAT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._repeats = Repeats(seconds, clock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is shown."""
        text = record.getMessage()
        held_back = self._repeats.count(re.sub(r"\d+", "0", text.partition("{")[0]))
        if held_back is None:
            return False
        if held_back:
            record.msg, record.args = add_count(text, held_back), ()
        return True


def build_runtime(*, metrics_address: str | None = None) -> Runtime:
    """A runtime whose warnings go to the logger `temporalio.core`. Build one a process: each has its own threads.

    `metrics_address` (`127.0.0.1:9464`) is where the SDK serves its own Prometheus metrics; without it, nowhere.

    Raises:
        ValueError: the address cannot be used.
    """
    logger = logging.getLogger(CORE_LOGGER)
    if not any(isinstance(known, RepeatFilter) for known in logger.filters):
        logger.addFilter(RepeatFilter())
    metrics = None
    if metrics_address is not None:
        metrics = PrometheusConfig(
            bind_address=metrics_address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    return Runtime(
        telemetry=TelemetryConfig(
            metrics=metrics,
            logging=LoggingConfig(
                filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
                forwarding=LogForwardingConfig(logger=logger, append_target_to_name=False),
            ),
        )
    )


@cache
def shared_runtime() -> Runtime:
    """The runtime where no metrics are needed, built at the first call."""
    return build_runtime()
