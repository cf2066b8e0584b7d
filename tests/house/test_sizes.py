"""The house stays one that can be entered: rooms, files, functions and names by their measures."""

import ast
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("policies", "activities", "workflows", "worker", "operations", "cli", "localcluster")
FILES = tuple(sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))
MOST_MODULES, LONGEST_FILE, LONGEST_FUNCTION = 15, 250, 50


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """Every file of the product, read."""
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_room_that_is_shipped_is_measured() -> None:
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert (
        set(shipped["targets"]["wheel"]["packages"])
        == set(ROOMS)
        == {each.relative_to(ROOT).parts[0] for each in FILES}
    )


def test_no_room_has_more_modules_than_a_glance_takes_in() -> None:
    counted = Counter(path.parent.relative_to(ROOT) for path in FILES if path.name != "__init__.py")
    assert {room: number for room, number in counted.items() if number > MOST_MODULES} == {}


def test_no_file_is_longer_than_its_subject() -> None:
    lines = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {path: number for path, number in lines.items() if number > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen(trees: dict[Path, ast.Module]) -> None:
    long = {
        f"{path}: {function.name}": length
        for path, tree in trees.items()
        for function in functions(tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_class_name_means_two_things(trees: dict[Path, ast.Module]) -> None:
    places = defaultdict(list)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_every_public_function_class_and_module_says_what_it_is(trees: dict[Path, ast.Module]) -> None:
    """Of a module every time; of what others call, in its docstring."""
    silent = [str(path) for path, tree in trees.items() if tree.body and ast.get_docstring(tree) is None]
    for path, tree in trees.items():
        silent += [
            f"{path}: {node.name}"
            for node in tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ]
    assert silent == []
