"""Which days are public holidays, from the package of that name, where it is installed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from policies.problems import FieldError, nearest_name

YEARS_BACK = 1
YEARS_AHEAD = 10
"""Laws change: what is further away is not known."""
_NAMED = 20


def public_holidays(country: str, subdivision: str) -> Mapping[date, str]:
    """The holidays of a country or region, last year's to those in ten years, with their names in its language.

    Raises FieldError where the region is unknown, or the package is missing.
    """
    return _holidays_around(country, subdivision, datetime.now(UTC).year)


@lru_cache(maxsize=64)
def _holidays_around(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """Kept, because a worker reads its policies every few seconds."""
    try:
        import holidays  # noqa: PLC0415 - an extra, and 10 MB of a worker's memory that most installations do not need
    except ImportError:
        raise FieldError("public holidays need one more package: pip install 'finops-enforcer[holidays]'") from None
    supported: Mapping[str, list[str]] = holidays.list_supported_countries()
    if country not in supported:
        raise FieldError(
            f"the holidays of {country} are not known", field="country", nearest=nearest_name(country, supported)
        )
    known = supported[country]
    if subdivision and subdivision not in known:
        named = ", ".join(known[:_NAMED]) + (", ..." if len(known) > _NAMED else "")
        raise FieldError(
            f"{country} has no holidays of {subdivision}; known are {named or 'those of the whole country only'}",
            field="subdivision",
            nearest=nearest_name(subdivision, known),
        )
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=years))
