"""A table in a window: names stay whole, and what gives way is said by its columns."""

import pytest

from cli.tables import TableColumn, lay_out, wrap

COLUMNS = (
    TableColumn(title="Deployment"),
    TableColumn(title="Cost/h", is_number=True),
    TableColumn(title="Since", gives_way=2),
    TableColumn(title="Saves", is_number=True, gives_way=1),
    TableColumn(title="Why", is_prose=True),
)
NAME = "dev-payments/audit-consumer-v5"
ROW = (NAME, "0.0074 USD", "Mon 23 Nov 20:00 CET", "12.00", "its autoscaler scaled it; it cools down until Mon")


def text_in(width: int | None) -> str:
    heading, lines = lay_out(COLUMNS, [ROW], width)
    return "\n".join([heading, *lines])


def test_without_a_window_a_row_is_a_line() -> None:
    assert len(text_in(None).splitlines()) == 2


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 140])
def test_nothing_breaks_inside_a_word(width: int) -> None:
    words = {word for cell in ROW for word in cell.split()} | {column.title for column in COLUMNS}
    assert set(text_in(width).split()) <= words
    assert NAME in text_in(width)


@pytest.mark.parametrize("width", [72, 80, 100])
def test_what_has_room_stays_inside_the_window(width: int) -> None:
    assert max(map(len, text_in(width).splitlines())) <= width


@pytest.mark.parametrize(
    ("width", "gone"), [(200, set()), (95, {"Since"}), (70, {"Since", "Saves"}), (30, {"Since", "Saves"})]
)
def test_columns_fall_away_in_their_order_and_never_those_that_stay(width: int, gone: set[str]) -> None:
    heading, _ = lay_out(COLUMNS, [ROW], width)
    assert {column.title for column in COLUMNS} - set(heading.split()) == gone


def test_a_text_without_an_end_is_cut_and_costs_no_other_row_its_columns() -> None:
    endless = (*ROW[:-1], "because " * 30_000)
    heading, lines = lay_out(COLUMNS, [ROW, endless], 120)
    assert heading == lay_out(COLUMNS, [ROW], 120)[0]
    assert sum(map(len, lines)) < 2_000
    assert lines[-1].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert len(lay_out(COLUMNS, [endless], None)[1][0]) < 600


def test_numbers_stand_under_each_other_at_the_right() -> None:
    _, lines = lay_out(COLUMNS[:2], [("a", "1.00"), ("b", "1,200.00")], None)
    assert [len(line) for line in lines] == [len(lines[0])] * 2


def test_sentences_are_wrapped_at_words_under_their_beginning() -> None:
    lines = wrap("      -> grant list on deployments.apps in dev-payments", 40, indent="      ")
    assert lines == ["      -> grant list on deployments.apps", "      in dev-payments"]
