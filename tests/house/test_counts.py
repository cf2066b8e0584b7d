"""What is counted is said by one helper: never `1 policies`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("policies", "activities", "workflows", "worker", "operations", "cli")
_COUNTED = (
    r" (open )?(policies|Deployments|replicas|hibernations|sleepers|namespaces|pods|rows|requests|checks|"
    r"clusters|hours|minutes|days|weeks|times|events|evaluations|moments|CronJobs)\b"
)


def test_a_plural_never_follows_a_number_that_may_be_one() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources() for line in plurals_of(path)]
    assert found == [], "say it with policies.wording.count"


def sources() -> Iterator[Path]:
    return (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def plurals_of(path: Path) -> Iterator[int]:
    """The lines of f-strings in which a plural stands right behind a value that is filled in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            for value, behind in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(behind, ast.Constant):
                    is_constant = isinstance(value.value, ast.Name) and value.value.id.isupper()
                    if re.match(_COUNTED, str(behind.value)) and not is_constant:
                        yield node.lineno
