"""The cost source of a cluster, as the settings name it."""

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from activities.costs.figures import FigureFile
from activities.costs.price_file import PriceFileSource
from activities.costs.price_list import PriceListSource, read_prices
from activities.costs.source import CostSource
from activities.errors import PriceFileError
from activities.kube.objects.placements import read_placements
from activities.kube.objects.selectors import list_selections
from activities.kube.transport import KubeTransport
from policies.costs.opencost.question import AllocationQuestion
from policies.costs.prices import PriceList
from worker.settings.settings import Settings

if TYPE_CHECKING:
    from activities.costs.exchange import Exchange


def build_source(
    settings: Settings, transport: KubeTransport, connections: ExitStack, *, asks_once: bool
) -> CostSource:
    """The cost source that the settings name: OpenCost where it has an address, else requests by price list.

    A list in a file is read when prices are asked for, and again when it was replaced.
    """
    build = partial(_build_priced, settings, transport, _open_opencost(settings, connections, asks_once=asks_once))
    return build(PriceList()) if settings.prices is None else PriceFileSource(settings.prices, build)


def has_node_prices(settings: Settings) -> bool:
    """Whether the price list, as it is now, needs to know where pods run; one that cannot be used does not."""
    try:
        return settings.prices is not None and read_prices(settings.prices).needs_nodes
    except PriceFileError:
        return False


def _open_opencost(settings: Settings, connections: ExitStack, *, asks_once: bool) -> "Exchange | None":
    """The way to OpenCost, where the settings name one. Nothing is sent yet."""
    if settings.opencost_url is None:
        return None
    # Only here: httpx is 6 MB of a worker's memory, and most installations have no OpenCost.
    from activities.costs.exchange import ONCE, WAITS, Exchange  # noqa: PLC0415
    from activities.costs.quotes import NAME  # noqa: PLC0415
    from activities.http_clients import open_client  # noqa: PLC0415

    client, seconds = connections.enter_context(open_client(settings.opencost_url)), settings.opencost_timeout
    return Exchange(client, NAME, seconds=seconds.total_seconds(), waits=ONCE if asks_once else WAITS)


def _build_priced(
    settings: Settings, transport: KubeTransport, opencost: "Exchange | None", prices: PriceList
) -> CostSource:
    """The source by these prices: what they are held against, or all there is."""
    placements = partial(read_placements, transport) if prices.needs_nodes else None
    by_request = PriceListSource(prices, placements)
    if opencost is None:
        return by_request
    from activities.costs.opencost import OpenCostSource  # noqa: PLC0415 - as above
    from activities.costs.quotes import WorkloadsSeen  # noqa: PLC0415

    return OpenCostSource(
        opencost,
        lambda window: AllocationQuestion(
            window=window,
            cluster=settings.opencost_cluster,
            namespaces=settings.opencost_namespaces,
            reference=prices.rates,
            most_unallocated=settings.opencost_unallocated_percent / 100,
        ),
        lambda: WorkloadsSeen.of(list_selections(transport)),
        by_request,
        file=FigureFile(settings.state_dir / f"opencost-{settings.cluster}.json"),
    )
