"""What a policy is about and when, in words for people."""

from collections.abc import Mapping

from policies.durations import format_duration
from policies.policy.document import EnforcementPolicy, Scope
from policies.policy.selectors import LabelSelector, Operator, Requirement

_OPERATORS: Mapping[Operator, str] = {
    Operator.IN: "{key} in {values}",
    Operator.NOT_IN: "{key} not in {values}",
    Operator.EXISTS: "with a label {key}",
    Operator.DOES_NOT_EXIST: "without a label {key}",
}


def describe_scope(scope: Scope) -> str:
    """`dev-*, preview-* but not dev-platform; only app=web`."""
    included, excluded = scope.namespaces.include, scope.namespaces.exclude
    where = "every namespace" if "*" in included else ", ".join(included)
    but = f" but not {', '.join(excluded)}" if excluded else ""
    only = _describe_selector(scope.selector)
    return f"{where}{but}" + (f"; only {only}" if only else "")


def describe_conditions(policy: EnforcementPolicy) -> tuple[str, ...]:
    """What else must hold before it pauses anything, and how long a sleep is at most."""
    spec = policy.spec
    told = []
    if spec.min_hourly_cost is not None:
        told.append(f"costs at least {spec.min_hourly_cost:g} an hour")
    if spec.idle_window is not None:
        told.append(f"idle for {format_duration(spec.idle_window)}")
    told.append(f"not changed or woken for {format_duration(spec.cooldown_window)}")
    if spec.resume_after is not None:
        told.append(f"sleeps for {format_duration(spec.resume_after)} at most")
    return tuple(told)


def _describe_selector(selector: LabelSelector) -> str:
    labels = [f"{key}={value}" for key, value in selector.match_labels.items()]
    return ", ".join((*labels, *map(_describe_requirement, selector.match_expressions)))


def _describe_requirement(requirement: Requirement) -> str:
    return _OPERATORS[requirement.operator].format(key=requirement.key, values="/".join(requirement.values))
