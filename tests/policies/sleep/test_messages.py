"""What people say to a hibernation, in whatever form it comes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies.sleep.messages import Until, WakeRequest, parse_wake

UNTIL = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "wake"),
    [
        (None, WakeRequest()),
        ("anna", WakeRequest(by="anna")),
        (17, WakeRequest()),
        ({"by": "anna", "reason": "a demo"}, WakeRequest(by="anna", reason="a demo")),
        ({"until": "2026-11-24T07:00:00Z"}, WakeRequest(until=UNTIL)),
        ({"by": "", "reason": 7, "until": "soon"}, WakeRequest()),
        ("\x1b[2Janna", WakeRequest(by=" [2Janna")),
        ({"by": "an\nna", "reason": "\x1b]0;x\x07 yes"}, WakeRequest(by="an na", reason=" ]0;x  yes")),
        ({"by": "a" * 999, "reason": "r" * 9_999}, WakeRequest(by="a" * 200, reason="r" * 500)),
    ],
)
def test_a_wake_is_read_from_whatever_somebody_typed_into_the_temporal_ui(typed: Any, wake: WakeRequest) -> None:
    assert parse_wake(typed) == wake
    assert wake.asked.isprintable()


def test_text_that_is_no_utf_8_goes_to_temporal_all_the_same() -> None:
    said = WakeRequest(by="d\udce9mo@host", reason="d\udce9mo")
    assert WakeRequest.model_validate_json(said.model_dump_json()) == said
    assert said.reason == "d\N{REPLACEMENT CHARACTER}mo"
    assert Until(until=UNTIL, by="\udce9", reason="\udce9").model_dump_json()
