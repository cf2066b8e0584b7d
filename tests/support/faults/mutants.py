"""Mutants: a copy of the product with one deliberate breakage in it, and which case of the suites notices.

Nothing is patched in memory. The rooms are copied into a folder of their own, texts are replaced there, and pytest
runs in a process of its own on the cases that are expected to notice. A crash is no kill: a mutant is dead when a named
case tells which invariant it broke.
"""

import asyncio
import re
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_ROOT = Path(__file__).parents[3]
_ROOMS = ("policies", "activities", "workflows", "worker", "operations", "cli", "localcluster", "deploy", "tests")
_FAULT_SUITES = "tests/faults/test_faults.py"
_MODEL = "test_protocol_model"
_MOST_SECONDS = 1_200.0
"""Far more than any needs: only what hangs meets it."""
_LAST_WORDS = 3_000
_SAID = re.compile(r"^E +(.*)$", re.MULTILINE)
"""What an assertion said, in a traceback of pytest."""
_VIOLATION = re.compile(r"(I\d+) broken: .*\nreplay: (.+)")
_MODEL_VERDICT = re.compile(r"""['"]([A-Z ]+): """)
"""In whichever quotes: a state has some of its own."""


class DoesNotApply(Exception):
    """The product no longer has the text that a mutant replaces: the mutant has to be rewritten."""

    def __init__(self, edit: "Edit", times: int) -> None:
        super().__init__(f"{edit.file} has this text {times} times, not once: {edit.find!r}")


@dataclass(frozen=True)
class Edit:
    """A text of the product, which must be there exactly once, and what stands in its place."""

    file: str
    find: str
    replace: str

    def apply(self, folder: Path) -> None:
        """Make it in a copy of the product. Raises DoesNotApply."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        self.check(text)
        path.write_text(text.replace(self.find, self.replace), encoding="utf-8")

    def check(self, text: str) -> None:
        """Raises DoesNotApply where the text is not there exactly once."""
        if (times := text.count(self.find)) != 1:
            raise DoesNotApply(self, times)


@dataclass(frozen=True)
class Mutant:
    """A breakage, and what has to notice it."""

    name: str
    kills: dict[str, str]
    """Each case that must kill it, with what it must find broken: the line of a fault case with an invariant, a case of
    the model check with its verdict, or any other test with nothing, because its name says it.
    """
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Verdict:
    """What the suites said."""

    mutant: Mutant
    passed: bool
    """Whether everything was run, and nothing at all was found."""
    broken: dict[str, tuple[str, ...]]
    """By case, the invariants that it found broken."""
    output: str
    """The end of what pytest printed."""

    @property
    def missed(self) -> list[str]:
        """The cases that should have killed it and did not."""
        return [
            f"{case} did not find {invariant or 'it'} broken: {self.broken.get(case, ())}"
            for case, invariant in self.mutant.kills.items()
            if (invariant or _behaviour(case)) not in self.broken.get(case, ())
        ]

    def __str__(self) -> str:
        if self.missed:
            return f"{self.mutant.name} -> SURVIVES: {'; '.join(self.missed)}"
        found = "; ".join(f"{_name(case)}: {', '.join(self.broken[case])}" for case in self.mutant.kills)
        return f"{self.mutant.name} -> killed by {found}"


def check(mutant: Mutant) -> None:
    """Whether the product still has what the mutant breaks. Raises DoesNotApply."""
    for edit in mutant.edits:
        edit.check((_ROOT / edit.file).read_text(encoding="utf-8"))


def apply(mutant: Mutant, folder: Path) -> None:
    """Copy the product, and break the copy. Raises DoesNotApply."""
    ignored = shutil.ignore_patterns("__pycache__", "histories", ".*")
    for room in _ROOMS:
        shutil.copytree(_ROOT / room, folder / room, ignore=ignored)
    shutil.copy2(_ROOT / "pyproject.toml", folder)
    for edit in mutant.edits:
        edit.apply(folder)


async def judge(mutant: Mutant, folder: Path) -> Verdict:
    """Break a copy in this folder, and run there what is expected to notice. Raises DoesNotApply."""
    await asyncio.to_thread(apply, mutant, folder / "copy")
    report = folder / "report.xml"
    tests = [case for case in mutant.kills if "::" in case]
    lines = [case for case in mutant.kills if "::" not in case]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"),
        *("-m", "not long", f"--junitxml={report}", "-o", "junit_family=xunit1", f"--basetemp={folder / 'temporary'}"),
        *((_FAULT_SUITES, *(f"--case={line}" for line in lines)) if lines else ()),
        *tests,
        cwd=folder / "copy",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.send_signal(signal.SIGINT)
        output, _ = await process.communicate()
    broken: dict[str, tuple[str, ...]] = {}
    for case, invariant in _read(report) if report.exists() else ():
        broken[case] = tuple(sorted({*broken.get(case, ()), invariant}))
    return Verdict(mutant, process.returncode == 0, broken, output.decode(errors="replace")[-_LAST_WORDS:])


def everything(mutants: Iterable[Mutant]) -> Mutant:
    """No mutant at all, with the cases of them all: the control."""
    return Mutant("control", {case: invariant for mutant in mutants for case, invariant in mutant.kills.items()}, ())


def _read(report: Path) -> Iterator[tuple[str, str]]:
    """What failed, as pairs of case and invariant. An error before a test began does not count."""
    for test in ET.parse(report).getroot().iter("testcase"):
        failure = test.findtext("failure")
        if failure is None:
            continue
        said = "\n".join(_SAID.findall(failure))
        case = f"{test.get('classname', '').replace('.', '/')}.py::{test.get('name')}"
        if _FAULT_SUITES in case:
            yield from ((line.strip(), invariant) for invariant, line in _VIOLATION.findall(said))
        elif _MODEL in case:
            yield from ((case, verdict) for verdict in _MODEL_VERDICT.findall(said))
        else:
            yield from ((name, _behaviour(case)) for name in {case, case.partition("[")[0]})


def _behaviour(case: str) -> str:
    """What a test is named after."""
    return case.partition("::test_")[2].partition("[")[0].replace("_", " ")


def _name(case: str) -> str:
    if _MODEL in case:
        return f"the model check with {case.partition('[')[2].rstrip(']')}"
    return case.partition("::")[0] if "::" in case else case
