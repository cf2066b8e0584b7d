import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.costs.allocation import InvalidAnswer, InvalidRow, Window, deployment_of, read_hourly_amount, read_rows

END = datetime(2026, 11, 23, 22, tzinfo=UTC)
WINDOW = Window(END - timedelta(hours=48), END)


def row(**fields: Any) -> dict[str, Any]:
    return {
        "properties": {"namespace": "shop", "controllerKind": "deployment", "controller": "web"},
        "start": "2026-11-21T22:00:00Z",
        "end": "2026-11-23T22:00:00Z",
        "minutes": 2880,
        "cpuCost": 3.0,
        "cpuCostAdjustment": 0,
        "ramCost": 1.5,
        "ramCostAdjustment": 0,
        "gpuCost": 0,
        "gpuCostAdjustment": 0,
        "pvCost": 0.5,
        "totalCost": 5.0,
        **fields,
    }


def answer(*rows: Any, code: int = 200) -> bytes:
    return json.dumps({"code": code, "status": "success", "data": [dict(enumerate(rows))]}).encode()


@pytest.mark.parametrize(
    ("end", "window"),
    [
        ("2026-11-23T22:59:59+00:00", "2026-11-21T22:00:00Z,2026-11-23T22:00:00Z"),
        ("2026-11-23T22:00:00+00:00", "2026-11-21T22:00:00Z,2026-11-23T22:00:00Z"),
        ("2026-11-24T00:30:00+01:00", "2026-11-21T23:00:00Z,2026-11-23T23:00:00Z"),
    ],
)
def test_a_window_is_of_whole_past_hours_in_utc(end: str, window: str) -> None:
    assert str(Window.before(datetime.fromisoformat(end), timedelta(hours=48))) == window


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        pytest.param({}, 4.5 / 48, id="CPU and memory, without the volume"),
        pytest.param({"gpuCost": 48, "totalCost": 53.0}, 52.5 / 48, id="and GPU"),
        pytest.param({"cpuCostAdjustment": -1.0, "totalCost": 4.0}, 3.5 / 48, id="with adjustments"),
        pytest.param({"minutes": 120, "start": "2026-11-23T20:00:00Z"}, 4.5 / 2, id="for as long as it was seen"),
    ],
)
def test_an_hour_costs(fields: dict[str, Any], amount: float) -> None:
    assert read_hourly_amount(row(**fields), WINDOW) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        pytest.param({"cpuCost": None}, "cpuCost is not a number", id="null"),
        pytest.param({"ramCost": "1.5"}, "ramCost is not a number", id="text"),
        pytest.param({"gpuCost": True}, "gpuCost is not a number", id="a boolean"),
        pytest.param({"cpuCostAdjustment": None}, "cpuCostAdjustment is not a number", id="null adjustment"),
        pytest.param({"totalCost": float("nan")}, "totalCost is not a number", id="NaN"),
        pytest.param({"cpuCost": 1e999}, "cpuCost is not a number", id="infinity"),
        pytest.param({"totalCost": 50.0}, "not the sum of its parts", id="sum"),
        pytest.param({"cpuCost": -3.0, "totalCost": -1.0}, "less than nothing", id="negative"),
        pytest.param({"minutes": 0}, "do not fit into the window", id="no minutes"),
        pytest.param({"minutes": 2885}, "do not fit into the window", id="too many minutes"),
        pytest.param({"end": "2026-11-23T22:05:00Z"}, "outside the window", id="later"),
        pytest.param({"start": "2026-11-21T21:55:00Z"}, "outside the window", id="earlier"),
        pytest.param({"start": None}, "not times", id="no start"),
        pytest.param({"minutes": 55}, "seen for 55 minutes", id="too young"),
    ],
)
def test_a_row_is_not_believed(fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidRow, match=rule):
        read_hourly_amount(row(**fields), WINDOW)


@pytest.mark.parametrize("field", ["cpuCost", "ramCost", "gpuCost", "totalCost", "minutes"])
def test_a_figure_that_is_missing_is_not_zero(field: str) -> None:
    without = {key: value for key, value in row().items() if key != field}
    with pytest.raises(InvalidRow, match=f"{field} is not a number"):
        read_hourly_amount(without, WINDOW)


@pytest.mark.parametrize(
    ("properties", "deployment"),
    [
        pytest.param({"namespace": "a", "controllerKind": "deployment", "controller": "b"}, "a/b", id="a Deployment"),
        pytest.param({"namespace": "a", "controllerKind": "statefulset", "controller": "b"}, None, id="another kind"),
        pytest.param({"namespace": "a", "controllerKind": "deployment"}, None, id="no name"),
        pytest.param({"cluster": "c"}, None, id="idle"),
        pytest.param(None, None, id="no properties"),
    ],
)
def test_a_row_is_known_by_its_properties(properties: Any, deployment: str | None) -> None:
    assert deployment_of({"properties": properties}) == deployment


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        pytest.param(b"", "envelope", id="nothing"),
        pytest.param(b"<html></html>", "envelope", id="a page"),
        pytest.param(b"[]", "envelope", id="a list"),
        pytest.param(b'{"data": []}', "envelope", id="no code"),
        pytest.param(b'{"code": 200, "data": {"disk": {}}}', "envelope", id="a map of assets"),
        pytest.param(b'{"code": 200, "data": [{"a": 1}]}', "envelope", id="a row that is none"),
        pytest.param(answer(row(), code=500), "code", id="an error inside"),
        pytest.param(b'{"code": 200, "data": null}', "no data", id="no sets"),
        pytest.param(b'{"code": 200, "data": []}', "no data", id="an empty list"),
        pytest.param(b'{"code": 200, "data": [null]}', "no data", id="a nil set"),
        pytest.param(b'{"code": 200, "data": [{}]}', "no data", id="an empty set"),
        pytest.param(answer(row(properties={"cluster": "c"})), "no data", id="a misspelt aggregate"),
        pytest.param(b'{"code": 200, "data": [{}, {}]}', "accumulate", id="a set for each day"),
    ],
)
def test_an_answer_is_not_believed(body: bytes, rule: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        read_rows(body)
    assert caught.value.rule == rule


def test_all_rows_of_an_answer_are_given() -> None:
    idle = {"properties": {"cluster": "c"}}
    assert read_rows(answer(row(), idle)) == (row(), idle)
