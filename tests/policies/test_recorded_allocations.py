"""What a real server said, where its recorded answers are at hand: OPENCOST_RECORDED names their folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allocations import in_pieces
from ids import key_of

from policies.costs.doubts import Doubt, NotBelieved
from policies.costs.opencost.check_rows import judge_answer
from policies.costs.opencost.question import AllocationQuestion, AllocationWindow

FOLDER = Path(os.environ.get("OPENCOST_RECORDED", "nowhere"))
END = datetime(2026, 11, 23, 13, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="OPENCOST_RECORDED names no folder")


def judge(name: str) -> dict[str, str]:
    """What is doubted of a recorded answer, by Deployment; nothing stands for the whole."""
    hours = 1 if "_1h" in name else 24 if "_24h" in name else 120 if "_5d" in name else 48
    question = AllocationQuestion(window=AllocationWindow(END - timedelta(hours=hours), END))
    try:
        judged = judge_answer(in_pieces((FOLDER / name).read_bytes()), question)
    except NotBelieved as error:
        return {"": error.objection.doubt.value}
    assert judged.amounts
    return {str(key): objection.doubt.value for key, objection in judged.doubts.items()}


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        ("allocation_48h_controller.json", {"dev-beta/no-usage": Doubt.NO_USAGE}),
        ("allocation_48h_controller_noaccumulate.json", {"dev-beta/no-usage": Doubt.NO_USAGE}),
        ("allocation_48h_controller_idle.json", {"dev-beta/no-usage": Doubt.NO_USAGE}),
        ("allocation_24h_controller.json", {"dev-beta/no-usage": Doubt.NO_USAGE}),
        ("allocation_5d_controller.json", {"dev-beta/no-usage": Doubt.NO_USAGE}),
        ("allocation_48h_controller_only.json", {"": Doubt.PROPERTIES_MISSING}),
        ("aggregate_misspelt.json", {"": Doubt.PROPERTIES_MISSING}),
        ("aggregate_unknown.json", {"": Doubt.PROPERTIES_MISSING}),
        ("allocation_48h_namespace.json", {"": Doubt.PROPERTIES_MISSING}),
        ("allocation_48h_step24h.json", {"": Doubt.SEVERAL_SETS}),
        ("allocation_before_data.json", {"": Doubt.NO_DATA}),
        ("badwindow_word.txt", {"": Doubt.NOT_AN_ANSWER}),
        ("promdown_48h_controller.json", {"": Doubt.NOT_AN_ANSWER}),
        ("promempty_48h_controller.json", {"": Doubt.NO_DATA}),
        ("fault_podfail_48h_controller.json", {"": Doubt.PROPERTIES_MISSING}),
        ("fault_usageempty_48h_controller.json", {"": Doubt.NO_USAGE}),
        ("fault_labelsempty_48h_controller.json", {"": Doubt.MOSTLY_UNALLOCATED}),
        ("fault_podlabelsempty_48h_controller.json", {"": Doubt.MOSTLY_UNALLOCATED}),
        ("zeroprices_48h_controller.json", {"": Doubt.ALL_FREE}),
        ("summary_48h_controller.json", {"": Doubt.NOT_AN_ANSWER}),
        ("assets_48h.json", {"": Doubt.NOT_AN_ANSWER}),
        (
            "odd_48h_controller.json",
            {
                "dev-beta/no-usage": Doubt.NO_USAGE,
                "dev-beta/young": Doubt.TOO_SHORT,
                "odd/huge-usage": Doubt.NO_USAGE,
                "odd/nan-usage": Doubt.NO_USAGE,
                "odd/negative-memory": Doubt.NEGATIVE,
            },
        ),
    ],
)
def test_a_recorded_answer_is_believed_as_far_as_it_may_be(name: str, doubts: dict[str, Doubt]) -> None:
    assert judge(name) == doubts


def test_a_rate_by_hand_is_the_rate_that_is_read() -> None:
    """`dev-alpha/paused` held 2 x 0.5 cores for 37 of 48 hours: 1.48315 over 37 hours, not over 48."""
    question = AllocationQuestion(window=AllocationWindow(END - timedelta(hours=48), END))
    content = (FOLDER / "allocation_48h_controller.json").read_bytes()
    amounts = judge_answer([content], question).amounts
    assert amounts[key_of("dev-alpha/paused")] == pytest.approx(1.48315 / 37)
