"""What programs read stays as it is: keys are added, and none goes or changes its type without a person saying so."""

from pathlib import Path

import pytest
from json_reference import keys_of

from cli.answers.catalog import ANSWERS
from cli.grammar.catalog import COMMANDS

KNOWN = Path(__file__).parents[1] / "samples" / "json_keys.txt"
WITHOUT_ANSWER = {"run", "worker", "demo", "completion"}
"""They serve, play, or print what is no answer."""


def told_now() -> set[str]:
    return {f"{command}: {key.path}: {key.type}" for command, answer in ANSWERS.items() for key in keys_of(answer)}


def test_no_key_goes_or_changes_its_type() -> None:
    gone = set(KNOWN.read_text(encoding="utf-8").splitlines()) - told_now()
    assert gone == set(), f"programs read these; a change of version may take their lines out of {KNOWN.name}"


def test_every_new_key_is_promised() -> None:
    new = told_now() - set(KNOWN.read_text(encoding="utf-8").splitlines())
    assert new == set(), f"add these lines to {KNOWN.name}: from then on programs may rely on them"


def test_every_command_answers_programs_or_is_known_not_to() -> None:
    assert {each.partition(" ")[0] for each in ANSWERS} | WITHOUT_ANSWER == set(COMMANDS)


@pytest.mark.parametrize("command", ANSWERS)
def test_keys_are_in_one_case_and_say_their_unit(command: str) -> None:
    for key in keys_of(ANSWERS[command]):
        assert "_" not in key.path
        assert key.type != "any" or key.path.endswith("policies[].*")
        if key.path.rpartition(".")[2] in {"amount", "hourly", "hourlyCost", "avoided", "savedPerDay", "avoidedCost"}:
            assert key.type in {"number", "number or null", "object"}
