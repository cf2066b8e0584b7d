"""Policy documents in and out of the model: plain values become a policy, or a list of everything wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from policies.policy.document import API_VERSION, KIND, EnforcementPolicy
from policies.policy.holidays import SOURCE, HolidaySource
from policies.problems import (
    FieldPath,
    PolicyError,
    PolicyProblem,
    line_of,
    nearest_name,
    shown,
    translate,
    written_path,
)


def parse_policy(
    data: object,
    *,
    file: str,
    lines: Mapping[FieldPath, int] | None = None,
    holidays: HolidaySource | None = None,
) -> EnforcementPolicy:
    """The policy that a document holds.

    `file` and `lines` (from path to line number) only serve the messages. `holidays` knows the days of public
    holidays; without it a policy that names some is wrong. `status` is left out.
    Raises PolicyError with everything that is wrong.
    """
    lines = lines or {}
    if not isinstance(data, Mapping):
        wrong = f"must be a mapping with apiVersion, kind, metadata and spec, not {shown(data)}"
        raise PolicyError([PolicyProblem(file, line_of((), lines), "", wrong)])
    policy = _written_name(data)
    if strange := tuple(_judge_type(data, file, lines, policy)):
        raise PolicyError(strange)
    empty = tuple(_empty_fields(data["spec"], ("spec",))) if "spec" in data else ()
    problems = [
        PolicyProblem(
            file=file,
            line=line_of(path, lines),
            field=written_path(path),
            wrong="has no value; give it one or remove the line",
            policy=policy,
        )
        for path in empty
    ]
    try:
        parsed = EnforcementPolicy.model_validate(
            {k: v for k, v in data.items() if k != "status"}, by_name=False, context={SOURCE: holidays}
        )
    except ValidationError as error:
        said = {problem.field for problem in problems}
        found = translate(error, model=EnforcementPolicy, file=file, lines=lines, policy=policy)
        problems += [problem for problem in found if problem.field not in said]
        raise PolicyError(sorted(problems, key=lambda problem: problem.line or 0)) from None
    if problems:
        raise PolicyError(problems)
    return parsed


def to_document(policy: EnforcementPolicy) -> dict[str, Any]:
    """The policy as it is written into a file: what its author wrote, defaults left out."""
    spec = policy.spec.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": policy.name}, "spec": spec}


def _written_name(data: Mapping[str, Any]) -> str | None:
    metadata = data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else None


def _judge_type(
    data: Mapping[str, Any],
    file: str,
    lines: Mapping[FieldPath, int],
    policy: str | None,
) -> Iterator[PolicyProblem]:
    """What tells that a document is no policy at all, so that nothing more need be said about it."""
    for field, expected in (("apiVersion", API_VERSION), ("kind", KIND)):
        line = line_of((field,), lines)
        if field not in data:
            misspelt = next((key for key in data if key != field and nearest_name(str(key), [field])), None)
            if misspelt is None:
                yield PolicyProblem(file, line, field, f"is required; write {field}: {expected}", policy=policy)
            else:
                yield PolicyProblem(
                    file,
                    line_of((misspelt,), lines),
                    str(misspelt),
                    "unknown field",
                    field,
                    policy,
                )
        elif data[field] != expected:
            wrong = f"{shown(data[field])} is not {expected}"
            yield PolicyProblem(file, line, field, wrong, nearest_name(str(data[field]), [expected]), policy)


def _empty_fields(value: object, path: FieldPath) -> Iterator[FieldPath]:
    """Fields of a spec that are written without a value: a schedule that was commented out must not mean "always"."""
    if value is None:
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _empty_fields(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _empty_fields(inner, (*path, index))
