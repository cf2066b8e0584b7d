"""The currency of money whose source is not at hand, such as what Temporal's visibility shows."""

from activities.errors import PriceFileError
from operations.installation import Installation
from policies.costs.prices import PriceList


def read_currency(installation: Installation) -> str:
    """That of the price list in the settings, which OpenCost's figures are taken to be in, too; empty where the list
    cannot be used.
    """
    file = installation.settings.prices
    if file is None:
        return PriceList().currency
    from activities.costs.price_list import read_prices  # noqa: PLC0415 - it brings the client of Kubernetes along

    try:
        return read_prices(file).currency
    except PriceFileError:
        return ""
