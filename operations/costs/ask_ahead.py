"""Asking OpenCost while the cluster is read: the person in front of a command waits for the slower of the two only."""

import contextlib
import threading
from datetime import datetime
from functools import partial

from activities.costs.source import CostSource
from operations.installation import Installation


def ask_ahead(installation: Installation, at: datetime) -> None:
    """Begin to ask. A later question about the same hour waits for this answer. Raises what `cluster` does.

    A price list answers at once, or lists pods and nodes: that is not done twice.
    """
    if installation.settings.opencost_url is not None:
        threading.Thread(target=partial(_fetch, installation.cluster.source, at), daemon=True).start()


def _fetch(source: CostSource, at: datetime) -> None:
    with contextlib.suppress(Exception):  # the caller that needs the answer meets the same error
        source.fetch(at)
