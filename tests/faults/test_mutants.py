"""The suites notice what they are there to notice: each deliberate breakage of the product is found by a named case."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import cast

import pytest
from faults.breakages import MUTANTS
from faults.mutants import Mutant, Verdict, check, everything, judge
from faults.replaying import lines_of
from faults.report import Report, Row
from faults.suites import SUITES

AT_ONCE = 2
"""Each has a control plane and a Temporal server of its own."""
CONTROL = everything(MUTANTS)
Verdicts = dict[str, asyncio.Task[Verdict]]


def _name(mutant: Mutant) -> str:
    return mutant.name


@pytest.fixture(scope="module")
async def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, report: Report
) -> AsyncIterator[Verdicts]:
    """What the suites say to the mutants of the chosen tests, and to an unbroken copy."""
    names = lines_of(request, "mutant")
    began, gate = time.monotonic(), asyncio.Semaphore(AT_ONCE)
    chosen = [
        cast("Mutant", item.callspec.params["broken"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and "verdicts" in item.fixturenames
    ]
    if names:
        chosen = [mutant for mutant in chosen if mutant.name in names]

    async def judged(mutant: Mutant) -> Verdict:
        async with gate:
            return await judge(mutant, tmp_path_factory.mktemp("mutant"))

    tasks = {mutant.name: asyncio.create_task(judged(mutant)) for mutant in chosen}
    yield tasks
    said = await asyncio.gather(*tasks.values(), return_exceptions=True)
    of_mutants = [each for name, each in zip(tasks, said, strict=True) if name != CONTROL.name]
    survivors = sum(1 for each in of_mutants if isinstance(each, BaseException) or each.missed)
    told = tuple(str(each).splitlines()[0] for each in of_mutants)
    report.rows.append(Row("mutants", len(told), survivors, time.monotonic() - began, remarks=told))


def test_every_fault_line_that_must_kill_is_a_case_of_the_suites() -> None:
    known = {case.line for make in SUITES.values() for case in make()}
    assert {case for case in CONTROL.kills if "::" not in case} <= known


@pytest.mark.parametrize("mutant", MUTANTS, ids=_name)
def test_the_product_still_has_what_is_broken_by(mutant: Mutant) -> None:
    check(mutant)


@pytest.mark.cluster
@pytest.mark.temporal
@pytest.mark.long
@pytest.mark.parametrize("broken", [CONTROL], ids=_name)
async def test_an_unbroken_copy_passes(broken: Mutant, verdicts: Verdicts) -> None:
    verdict = await _verdict_on(broken, verdicts)
    assert verdict.passed, verdict.output


@pytest.mark.cluster
@pytest.mark.temporal
@pytest.mark.long
@pytest.mark.parametrize("broken", MUTANTS, ids=_name)
async def test_a_named_case_kills(broken: Mutant, verdicts: Verdicts) -> None:
    verdict = await _verdict_on(broken, verdicts)
    assert not verdict.missed, f"{verdict}\n    replay: mutant {broken.name}\n{verdict.output}"


async def _verdict_on(mutant: Mutant, verdicts: Verdicts) -> Verdict:
    if mutant.name not in verdicts:
        pytest.skip("another mutant is tried")
    return await verdicts[mutant.name]
