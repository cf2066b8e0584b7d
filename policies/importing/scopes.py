"""Where the rules of py-kube-downscaler hold, and the policies over that: as few as say the same."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.importing.drafts import Draft, Foreign, LeftOut, draft, name_for
from policies.importing.uptimes import Rule, Schedule
from policies.problems import FieldError, PolicyError, shown
from policies.wording import count

_LITERAL = re.compile(r"([-A-Za-z0-9._/]+)=([-A-Za-z0-9._]*)")
_SIMPLE = re.compile(r"(?:[-a-z0-9]|\.\*)+")

Selector = dict[str, Any]
"""As a policy document has it; empty: every Deployment."""


@dataclass
class ForeignScope:
    """Where one rule holds."""

    namespace: str
    rule: Rule
    schedule: Schedule
    selector: Selector = field(default_factory=dict)


@dataclass(frozen=True)
class ForeignSurroundings:
    """What all policies of an import have in common."""

    tool: str
    default: Rule
    """What holds in namespaces that say nothing, also in those that are yet to come."""
    namespaces: Sequence[str]
    """All there are."""
    never: Sequence[str] | None
    """Patterns of namespaces that it leaves alone; None where namespaces to come cannot be told by patterns."""
    labels: Selector
    """Which Deployments it looks at."""
    spec: Mapping[str, Any]
    """What else each policy says."""


def drafts_of(scopes: Iterable[ForeignScope], around: ForeignSurroundings) -> Iterator[Draft | LeftOut]:
    """A policy for each schedule; with a selector, for each namespace. One that is refused is left out."""
    groups: dict[str, list[ForeignScope]] = defaultdict(list)
    for scope in scopes:
        key = [scope.schedule, scope.selector, scope.namespace if scope.selector else ""]
        groups[json.dumps(key)].append(scope)
    taken: set[str] = set()
    for members in groups.values():
        names, first = sorted({scope.namespace for scope in members}), members[0]
        patterns: dict[str, Any] = {"include": names}
        if around.never is not None and not first.selector and any(scope.rule == around.default for scope in members):
            excluded = {*around.namespaces, *around.never} - {*names}
            patterns = {"include": ["*"], "exclude": sorted(excluded)}
        selector = _join(around.labels, first.selector)
        try:
            yield draft(
                name_for("downscaler", names, taken),
                {"namespaces": patterns} | ({"selector": selector} if selector else {}),
                first.schedule,
                f"{around.tool}: {first.rule} of {_count(names)}",
                **around.spec,
            )
        except PolicyError as error:
            yield LeftOut(object=_count(names), field=str(first.rule), reason=error.problems[0].wrong)


def read_labels(patterns: Sequence[str]) -> Selector:
    """The selector that says the same as patterns of `key=value`, any of which is enough. Raises FieldError."""
    read = [_LITERAL.fullmatch(pattern) for pattern in patterns]
    pairs = [(match[1], match[2]) for match in read if match is not None]
    keys = {key for key, _ in pairs}
    if len(pairs) < len(patterns) or len(keys) > 1:
        raise FieldError(f"{shown(','.join(patterns))} is more than values of one label; no selector can express it")
    if not pairs:
        return {}
    if len(pairs) == 1:
        return {"matchLabels": dict(pairs)}
    return {"matchExpressions": [{"key": keys.pop(), "operator": "In", "values": [value for _, value in pairs]}]}


def is_looked_at(one: Foreign, patterns: Sequence[str]) -> bool:
    """Whether a Deployment has one of these labels; without any, each is looked at."""
    return not patterns or any(f"{key}={value}" in patterns for key, value in one.labels.items())


def as_wildcards(patterns: Iterable[str]) -> tuple[str, ...] | None:
    """What regular expressions say, as patterns of a policy; None where that cannot be said."""
    given = tuple(patterns)
    if not all(_SIMPLE.fullmatch(pattern) for pattern in given):
        return None
    return tuple(re.sub(r"(?:\.\*)+", "*", pattern) for pattern in given)


def _join(one: Selector, other: Selector) -> Selector:
    labels = {**one.get("matchLabels", {}), **other.get("matchLabels", {})}
    expressions = [*one.get("matchExpressions", []), *other.get("matchExpressions", [])]
    return ({"matchLabels": labels} if labels else {}) | ({"matchExpressions": expressions} if expressions else {})


def _count(names: Sequence[str]) -> str:
    return f"namespace {names[0]}" if len(names) == 1 else count(len(names), "namespace")
