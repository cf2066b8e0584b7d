"""A question as OpenCost's `/allocation` takes it."""

from collections.abc import Sequence
from urllib.parse import quote

from policies.costs.opencost.question import AllocationQuestion

_PATH = "/allocation"
_AGGREGATE = "namespace,controllerKind,controller"


def write_target(question: AllocationQuestion) -> str:
    """Path and query, everything encoded: a bare `+` or `<` in a filter would be read as something else.

    The filter saves the server work and nothing rests on it: builds before May 2025 ignore it, so the rows are chosen
    again when they arrive.
    """
    query = {
        "window": str(question.window),
        "aggregate": f"cluster,{_AGGREGATE}" if question.cluster else _AGGREGATE,
        "accumulate": "true",
    }
    if question.namespaces:
        query["filter"] = write_filter(question.namespaces)
    return f"{_PATH}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def write_filter(namespaces: Sequence[str]) -> str:
    """A filter on names and beginnings of names. No name may hold a quote: the language has no escape for it."""
    names = [name for name in namespaces if not name.endswith("*")]
    beginnings = [name.removesuffix("*") for name in namespaces if name.endswith("*")]
    parts = [f"namespace:{_quoted(names)}"] if names else []
    parts += [f"namespace<~:{_quoted(beginnings)}"] if beginnings else []
    return "|".join(parts)


def _quoted(words: Sequence[str]) -> str:
    return ",".join(f'"{word}"' for word in words)
