"""The model check of the shipped `decide()` again, further than `make test` has time for."""

import time

import pytest
from faults.report import Report, Row
from protocol_model import Model

pytestmark = pytest.mark.long


def test_no_interleaving_of_six_faults_loses_a_count(report: Report) -> None:
    began = time.monotonic()
    model = Model(faults=6, bumps=2, hpa="overwriting", hpa_writes=3, reasserts=2).explore()
    report.rows.append(
        Row(
            "model check",
            model.visited,
            len(model.violations),
            time.monotonic() - began,
            remarks=("a case is a state; states that differ in figures only count as one",),
        )
    )
    assert model.violations == []
