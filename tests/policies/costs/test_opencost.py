"""Every rule that an answer of OpenCost's must keep, each with a body that breaks this one and no other."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from allocations import (
    ABSENT,
    END,
    Row,
    body,
    idle,
    in_pieces,
    ordinary,
    question,
    row,
    unallocated,
    volume,
)
from ids import key_of

from policies.costs.doubts import Doubt, NotBelieved
from policies.costs.opencost.check_rows import Tally, answer_doubts, judge_answer, row_doubts
from policies.costs.opencost.envelope import read_rows
from policies.costs.opencost.question import AllocationQuestion, AllocationWindow
from policies.costs.opencost.rows import read_figures, read_owner
from policies.costs.opencost.summary import Before, Judged, count_expected
from policies.costs.opencost.unit_prices import UnitPrice, unit_price
from policies.costs.prices import Rates
from policies.keys import WorkloadKey
from policies.times import to_rfc3339

LATER = to_rfc3339(END + timedelta(minutes=5))
CHECKOUT = key_of("dev-shop/checkout")
USELESS: dict[str, Any] = {"cpuCoreUsageAverage": 0, "ramByteUsageAverage": 0}


def judge(*rows: Row, before: Before | None = None, asked: AllocationQuestion | None = None) -> Judged:
    return judge_answer(in_pieces(body(*rows)), asked or question(), before)


def all_objections(rows: list[Row], before: Before | None, asked: AllocationQuestion) -> list[Doubt]:
    """Every rule that anything in an answer breaks, not only the first."""
    found: list[Doubt] = []
    tally = Tally(asked, before)
    for key, each in read_rows(in_pieces(body(*rows))):
        tally.add(key, each)
        if key == "__idle__":
            continue
        try:
            figures = read_figures(each)
        except NotBelieved as error:
            found.append(error.objection.doubt)
        else:
            found += [objection.doubt for objection in row_doubts(figures, asked)] if read_owner(each).name else []
    judged = tally.judged()
    found += [objection.doubt for objection in answer_doubts(judged, asked, before)]
    known = (Doubt.PRICE_JUMPED, Doubt.SEVERAL_ROWS)
    found += [objection.doubt for objection in judged.doubts.values() if objection.doubt in known]
    return found


def before(rows: int = 0, namespaces: int = 0, price: float = 0.031611, own: float | None = None) -> Before:
    """What was remembered; `own` is the price of the core that every Deployment had so far."""
    return Before(
        rows=rows,
        namespaces=namespaces,
        middle=UnitPrice(core=price),
        price_of=lambda _: None if own is None else UnitPrice(core=own),
    )


def test_an_ordinary_answer_breaks_no_rule() -> None:
    assert all_objections([*ordinary(), idle()], before(10, 5, own=0.0316), question()) == []


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        pytest.param({"gpuHours": None}, Doubt.NOT_A_NUMBER, id="null, as NaN is written"),
        pytest.param({"gpuCost": "0"}, Doubt.NOT_A_NUMBER, id="text"),
        pytest.param({"gpuCost": False}, Doubt.NOT_A_NUMBER, id="a boolean"),
        pytest.param({"pvCost": float("nan")}, Doubt.NOT_A_NUMBER, id="NaN"),
        pytest.param({"minutes": float("inf")}, Doubt.NOT_A_NUMBER, id="infinity"),
        pytest.param({"cpuCoreHours": 10**400}, Doubt.NOT_A_NUMBER, id="a number without end"),
        pytest.param({"ramCostAdjustment": {}}, Doubt.NOT_A_NUMBER, id="an adjustment that is none"),
        pytest.param({"totalCost": ABSENT}, Doubt.NOT_A_NUMBER, id="missing"),
        pytest.param({"cpuCoreUsageAverage": -0.1}, Doubt.NEGATIVE, id="negative usage"),
        pytest.param(
            {"cores": 0, "cpuCost": -1.5, "ramCost": 0.40675, "totalCost": -1.09325, "cpuCoreUsageAverage": 0.1},
            Doubt.NEGATIVE,
            id="negative cost",
        ),
        pytest.param({"totalCost": 2.5}, Doubt.SUM_DIFFERS, id="a total that is no sum"),
        pytest.param({"cpuCostAdjustment": -0.2}, Doubt.SUM_DIFFERS, id="an adjustment that the total lacks"),
        pytest.param({"start": None}, Doubt.OUTSIDE_WINDOW, id="no start"),
        pytest.param({"end": "yesterday"}, Doubt.OUTSIDE_WINDOW, id="no time"),
        pytest.param({"end": LATER, "minutes": 2885}, Doubt.OUTSIDE_WINDOW, id="later than asked"),
        pytest.param({"hours": 49}, Doubt.OUTSIDE_WINDOW, id="earlier than asked"),
        pytest.param({"minutes": 288}, Doubt.SPAN_DIFFERS, id="fewer minutes than there are"),
        pytest.param(
            {"minutes": 1440, "end": to_rfc3339(END - timedelta(hours=24))},
            Doubt.SPAN_DIFFERS,
            id="hours that fit to no minutes",
        ),
        pytest.param({"hours": 55 / 60}, Doubt.TOO_SHORT, id="too young"),
        pytest.param({"price": 730}, Doubt.PRICE_OUT_OF_BAND, id="730 times too much"),
        pytest.param({"price": 1 / 730}, Doubt.PRICE_OUT_OF_BAND, id="730 times too little"),
        pytest.param({"price": 0}, Doubt.PRICE_OUT_OF_BAND, id="for nothing"),
        pytest.param({"gpus": 1, "gpuHours": 0}, Doubt.PRICE_OUT_OF_BAND, id="a GPU that was never there"),
        pytest.param({"cpuCoreUsageAverage": 0}, Doubt.NO_USAGE, id="no CPU usage"),
        pytest.param({"ramByteUsageAverage": 0.0}, Doubt.NO_USAGE, id="no memory usage"),
    ],
)
def test_a_row_is_refused_by_one_rule_alone_and_the_others_are_believed(changes: dict[str, Any], doubt: Doubt) -> None:
    rows = [*ordinary()[1:], row(**changes)]
    assert all_objections(rows, None, question()) == [doubt]
    judged = judge(*rows)
    assert judged.doubts[CHECKOUT].doubt is doubt
    assert sorted(map(str, judged.amounts)) == [
        "dev-search/checkout",
        "dev-search/young",
        "dev-shop/catalog",
        "prod/trainer",
        "staging/api",
    ]


def test_a_price_that_jumps_is_refused_although_it_lies_in_the_band() -> None:
    rows = [*ordinary()[1:], row(price=3.5)]
    held_against = before(own=0.031611)
    assert all_objections(rows, held_against, question()) == [Doubt.PRICE_JUMPED]
    assert judge(*rows, before=held_against).doubts[CHECKOUT].doubt is Doubt.PRICE_JUMPED


def test_more_use_at_the_same_price_is_no_jump() -> None:
    assert CHECKOUT in judge(row(cores=30), before=before(own=0.031611)).amounts


@pytest.mark.parametrize(
    ("rows", "held_against", "doubt"),
    [
        pytest.param([], None, Doubt.NO_DATA, id="nothing at all"),
        pytest.param([idle()], None, Doubt.NO_DATA, id="idle capacity alone"),
        pytest.param([volume()], None, Doubt.PROPERTIES_MISSING, id="volumes alone"),
        pytest.param(
            [*ordinary(), row(properties={"cluster": "one", "controllerKind": "deployment", "controller": "web"})],
            None,
            Doubt.PROPERTIES_MISSING,
            id="aggregated without the namespace",
        ),
        pytest.param(
            [*ordinary(), row(properties={"cluster": "one", "namespace": "a", "controllerKind": "deployment"})],
            None,
            Doubt.PROPERTIES_MISSING,
            id="aggregated without the controller",
        ),
        pytest.param(
            [*ordinary(), row("dev-two", properties={**row("dev-two")["properties"], "cluster": "two"})],
            None,
            Doubt.SEVERAL_CLUSTERS,
            id="of two clusters",
        ),
        pytest.param(
            [row(cores=0.0001, gib=0.0001, hours=1, price=0, cpuCoreUsageAverage=0.0001, ramByteUsageAverage=1)],
            None,
            Doubt.ALL_FREE,
            id="everything free",
        ),
        pytest.param([row(**USELESS, kind="daemonset")], None, Doubt.NO_USAGE, id="nothing used"),
        pytest.param([*ordinary(), unallocated(cores=80)], None, Doubt.MOSTLY_UNALLOCATED, id="of nobody"),
        pytest.param(ordinary(), before(rows=20), Doubt.FEWER_ROWS, id="half of the rows"),
        pytest.param(ordinary(), before(namespaces=10), Doubt.FEWER_NAMESPACES, id="half of the namespaces"),
        pytest.param(ordinary(), before(price=0.15), Doubt.PRICE_JUMPED, id="all prices fell"),
        pytest.param(ordinary(), before(price=0.01), Doubt.PRICE_JUMPED, id="all prices rose"),
    ],
)
def test_an_answer_is_refused_as_a_whole_by_one_rule_alone(
    rows: list[Row], held_against: Before | None, doubt: Doubt
) -> None:
    found = all_objections(rows, held_against, question())
    assert set(found) == {doubt}
    with pytest.raises(NotBelieved) as caught:
        judge(*rows, before=held_against)
    assert caught.value.objection.doubt is doubt


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        pytest.param(b"", Doubt.NOT_AN_ANSWER, id="nothing"),
        pytest.param(b"<html></html>", Doubt.NOT_AN_ANSWER, id="a page"),
        pytest.param(b"[]", Doubt.NOT_AN_ANSWER, id="a list"),
        pytest.param(b'{"data": []}', Doubt.NOT_AN_ANSWER, id="no code"),
        pytest.param(b'{"code": true, "data": []}', Doubt.NOT_AN_ANSWER, id="a code that is none"),
        pytest.param(b'{"code": 200, "data": {"disk": {}}}', Doubt.NOT_AN_ANSWER, id="a map of assets"),
        pytest.param(b'{"code": 200, "data": [{"a": 1}]}', Doubt.NOT_AN_ANSWER, id="a row that is none"),
        pytest.param(b'{"code": 200, "data": [[]]}', Doubt.NOT_AN_ANSWER, id="a set that is none"),
        pytest.param(body(*ordinary(), code=500), Doubt.NOT_AN_ANSWER, id="an error inside"),
        pytest.param(body(*ordinary())[:-1], Doubt.NOT_AN_ANSWER, id="broken off at its end"),
        pytest.param(body(*ordinary())[:5000], Doubt.NOT_AN_ANSWER, id="broken off in a row"),
        pytest.param(body(*ordinary()) + b"{}", Doubt.NOT_AN_ANSWER, id="two answers"),
        pytest.param(b"Invalid 'window'\n" + body(code=500), Doubt.NOT_AN_ANSWER, id="text, then JSON"),
        pytest.param(b'{"code": 200, "data": [{"a": {"b": "\xff"}}]}', Doubt.NOT_AN_ANSWER, id="no text"),
        pytest.param(b'{"code": 200, "data": [{"a": ' + b"[" * 5000, Doubt.NOT_AN_ANSWER, id="brackets"),
        pytest.param(b'{"code": ' + b"9" * 5000 + b"}", Doubt.NOT_AN_ANSWER, id="digits"),
        pytest.param(b'{"message": "' + b"x" * 2_000_000 + b'"}', Doubt.NOT_AN_ANSWER, id="a message without end"),
        pytest.param(body(row()).replace(b'"pvs"', b'"totalCost"'), Doubt.NOT_AN_ANSWER, id="a field twice"),
        pytest.param(b'{"code": 200, "data": null}', Doubt.NO_DATA, id="no sets"),
        pytest.param(b'{"code": 200, "data": []}', Doubt.NO_DATA, id="an empty list"),
        pytest.param(b'{"code": 200, "data": [null]}', Doubt.NO_DATA, id="a nil set"),
        pytest.param(b'{"code": 200, "data": [{}]}', Doubt.NO_DATA, id="an empty set"),
        pytest.param(b'{"code": 200, "data": [{}, {}]}', Doubt.SEVERAL_SETS, id="a set for each day"),
    ],
)
def test_what_is_no_answer_is_not_believed(content: bytes, doubt: Doubt) -> None:
    with pytest.raises(NotBelieved) as caught:
        judge_answer(in_pieces(content, 65536), question())
    assert caught.value.objection.doubt is doubt


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_an_answer_is_the_same_in_pieces_of_any_size(size: int) -> None:
    content = json.dumps(json.loads(body(*ordinary())), indent=2).encode()
    whole = judge_answer([content], question())
    assert judge_answer(in_pieces(content, size), question()) == whole


def test_text_is_never_quoted_from_an_answer() -> None:
    spoilt = row("<script>", "<b>", cpuCost="<script>", start="<script>")
    assert "script" not in str(judge(*ordinary(), spoilt).doubts[WorkloadKey("<script>", "<b>")])


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        pytest.param({}, 0.031611 + 2 * 0.004237, id="CPU and memory"),
        pytest.param({"gpus": 1}, 0.031611 + 2 * 0.004237 + 0.95, id="and GPU"),
        pytest.param({"hours": 2}, 0.031611 + 2 * 0.004237, id="for as long as it was seen"),
        pytest.param({"pvCost": 5, "totalCost": 6.92408}, 0.031611 + 2 * 0.004237, id="without volumes"),
        pytest.param({"loadBalancerCost": 5, "totalCost": 6.92408}, 0.031611 + 2 * 0.004237, id="without balancers"),
        pytest.param(
            {"cpuCostAdjustment": -0.48, "totalCost": 1.44408}, 0.021611 + 2 * 0.004237, id="with adjustments"
        ),
    ],
)
def test_an_hour_costs(changes: dict[str, Any], amount: float) -> None:
    assert judge(row(**changes)).amounts[CHECKOUT] == pytest.approx(amount, rel=1e-3)


def test_deployments_of_one_name_are_kept_apart_by_namespace() -> None:
    amounts = judge(*ordinary()).amounts
    assert amounts[CHECKOUT] == pytest.approx(2 * amounts[key_of("dev-search/checkout")], rel=1e-3)


def test_two_rows_of_one_deployment_are_no_price() -> None:
    twice = [*ordinary(), {**row(cores=3), "name": "another key"}]
    assert judge(*twice).doubts[CHECKOUT].doubt is Doubt.SEVERAL_ROWS
    assert CHECKOUT not in judge(*twice, twice[-1] | {"name": "a third"}).amounts


def test_rows_of_another_cluster_and_of_other_namespaces_are_left_out() -> None:
    elsewhere = row("dev-shop", "web", properties={**row(name="web")["properties"], "cluster": "two"})
    judged = judge(*ordinary(), elsewhere, asked=question(cluster="one", namespaces=("dev-*", "staging")))
    assert sorted(map(str, judged.amounts)) == [
        "dev-search/checkout",
        "dev-search/young",
        "dev-shop/catalog",
        "dev-shop/checkout",
        "staging/api",
    ]
    assert judged.summary.namespaces == 3


def test_a_tiny_row_is_not_asked_for_its_price() -> None:
    tiny = row(cores=0.0004, gib=0.004, hours=1, cpuCoreUsageAverage=0.0004)
    assert CHECKOUT in judge(*ordinary()[1:], tiny).amounts


def test_the_band_of_prices_goes_with_the_reference() -> None:
    rupees = Rates(cpu_core=2.7, memory_gib=0.36, gpu=80)
    dear = [row(price=80), row(name="catalog", price=80)]
    assert len(judge(*dear, asked=question(reference=rupees)).amounts) == 2
    assert not judge(*dear).amounts
    assert not judge(*ordinary(), asked=question(reference=rupees)).amounts


def test_a_price_is_told_only_where_there_is_enough_to_divide() -> None:
    price = unit_price(read_figures(row(cores=0)), Rates())
    assert price.gib == pytest.approx(0.004237, rel=1e-3)
    assert price == UnitPrice(core=None, gib=price.gib, gpu=None)


def test_deployments_that_sleep_are_not_missed_in_an_answer() -> None:
    seen, others = {key_of(text) for text in ("dev-a/x", "dev-a/y", "dev-b/z")}, {"prod": 2}
    assert count_expected(seen, others, {key_of("dev-a/x")}) == (3, 2)
    assert count_expected(seen, others, seen) == (5, 3)


@pytest.mark.parametrize(
    ("end", "window"),
    [
        ("2026-11-23T22:59:59+00:00", "2026-11-21T22:00:00Z,2026-11-23T22:00:00Z"),
        ("2026-11-23T22:00:00+00:00", "2026-11-21T22:00:00Z,2026-11-23T22:00:00Z"),
        ("2026-11-24T00:30:00+01:00", "2026-11-21T23:00:00Z,2026-11-23T23:00:00Z"),
    ],
)
def test_a_window_is_of_whole_past_hours_in_utc(end: str, window: str) -> None:
    assert str(AllocationWindow.before(datetime.fromisoformat(end), timedelta(hours=48))) == window
