from pathlib import Path

import pytest
from pydantic import ValidationError

from policies.workload import WorkloadRef

TOP = Path(__file__).parents[2]
WEB = WorkloadRef(namespace="shop", name="web", uid="1")


def test_a_value_with_another_field_is_another_value() -> None:
    assert WEB.replace(uid="2") == WorkloadRef(namespace="shop", name="web", uid="2")
    assert WEB.uid == "1"


def test_a_field_that_is_misspelt_is_refused() -> None:
    with pytest.raises(TypeError, match="WorkloadRef has no field uuid"):
        WEB.replace(uuid="2")


def test_a_value_is_not_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        WEB.uid = "2"  # type: ignore[misc]


def test_there_is_one_way_to_change_a_value() -> None:
    rooms = ("policies", "activities", "workflows", "worker", "operations", "cli")
    files = (file for room in rooms for file in (TOP / room).rglob("*.py"))
    assert [file.name for file in files if "model_copy(" in file.read_text(encoding="utf-8")] == ["models.py"]
