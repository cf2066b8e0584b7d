import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.policy_sources.yaml_documents import YamlFault, read_documents


def faults(content: bytes | str) -> list[YamlFault]:
    documents = read_documents(content if isinstance(content, bytes) else content.encode())
    return [fault for document in documents for fault in document.faults]


def test_values_come_with_the_line_of_their_names() -> None:
    (document,) = read_documents(b"# comment\na: 1\nb:\n  - x\n  - {c: true,\n     d: null}\n")
    assert document.data == {"a": 1, "b": ["x", {"c": True, "d": None}]}
    assert document.lines == {
        (): 2,
        ("a",): 2,
        ("b",): 3,
        ("b", 0): 4,
        ("b", 1): 5,
        ("b", 1, "c"): 5,
        ("b", 1, "d"): 6,
    }


def test_lines_count_from_the_top_of_the_file_in_every_document() -> None:
    first, second = read_documents(b"a: 1\n---\na: 2\n")
    assert (first.lines[("a",)], second.lines[("a",)]) == (1, 3)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# nothing\n", b"---\n---\n", b"\xef\xbb\xbf"])
def test_empty_documents_are_left_out(content: bytes) -> None:
    assert read_documents(content) == ()


@pytest.mark.parametrize(
    "text", ["20:00", "7:00", "07:00", "24:00", "1:30:00", "20:00.5", "2026-12-23", "2026-12-23T10:00:00Z"]
)
def test_times_and_dates_stay_the_text_that_was_written(text: str) -> None:
    (document,) = read_documents(f"at: {text}".encode())
    assert document.data == {"at": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.02", 0.02),
        ("1e3", "1e3"),
        ("0x10", 16),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        (".inf", math.inf),
        ("yes", True),
        ("~", None),
        ("'20'", "20"),
        ("=", "="),
    ],
)
def test_other_scalars_are_read_as_yaml_says(text: str, value: object) -> None:
    (document,) = read_documents(f"a: {text}".encode())
    assert document.data == {"a": value}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    (document,) = read_documents(b"\xef\xbb\xbfa: 1")
    assert document.data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "line", "wrong"),
    [
        pytest.param(b"a: 1\nb: \xff\n", 2, "is not UTF-8 text", id="not UTF-8"),
        pytest.param(b"a: 1\nb: \x00\n", 2, "holds a character that YAML does not allow", id="control character"),
        pytest.param(b"a:\n  b: 1\n\tc: 2\n", 3, "a tab stands where YAML wants spaces", id="tab"),
        pytest.param(b"a: [1, 2\nb: 3\n", 2, "is not valid YAML: expected ',' or ']', but got ':'", id="syntax"),
        pytest.param(b"a: 'x", 1, "is not valid YAML: found unexpected end of stream", id="unclosed quote"),
        pytest.param(b"a: 1\nb: 2\na: 3\n", 3, "is given twice, first on line 1", id="a name twice"),
        pytest.param(b"a: &x 1\nb: *x\n", 2, "*x repeats another part of the file; write it out", id="alias"),
        pytest.param(b"a: &x {b: *x}\n", 1, "*x repeats another part of the file; write it out", id="recursion"),
        pytest.param(
            b"a: !!python/object/apply:os.system [x]\n",
            1,
            '"!!python/object/apply:os.system" is not allowed here; write plain values',
            id="python tag",
        ),
        pytest.param(b"a: !secret x\n", 1, '"!secret" is not allowed here; write plain values', id="own tag"),
        pytest.param(b"a: !!binary aGk=\n", 1, '"!!binary" is not allowed here; write plain values', id="binary"),
        pytest.param(b"a: !!int x\n", 1, '"!!int" is not allowed here; write plain values', id="wrong tag"),
        pytest.param(b"a: !!bool x\n", 1, '"!!bool" is not allowed here; write plain values', id="another wrong tag"),
        pytest.param(b"? [a]\n: 1\n", 1, "the name of a field must be plain text", id="list as a name"),
        pytest.param(b"[" * 1_000_000, 1, "is nested deeper than 32 levels", id="deep"),
        pytest.param(b"- " * 500_000, 1, "is nested deeper than 32 levels", id="deep in blocks"),
        pytest.param(b"a: " + b"x" * (1024 * 1024), None, "is larger than 1024 KiB", id="large"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(content: bytes, line: int | None, wrong: str) -> None:
    assert [(fault.line, fault.wrong) for fault in faults(content)] == [(line, wrong)]


def test_an_anchor_that_nothing_repeats_is_harmless() -> None:
    (document,) = read_documents(b"a: &x 1\n")
    assert document.data == {"a": 1}


def test_a_merge_key_is_a_name_like_any_other() -> None:
    (document,) = read_documents(b"<<: {a: 1}\n")
    assert document.data == {"<<": {"a": 1}}


def test_documents_before_a_broken_one_are_whole() -> None:
    first, broken = read_documents(b"a: 1\n---\nb: [\n")
    assert (first.data, first.faults) == ({"a": 1}, [])
    assert (broken.data, len(broken.faults)) == (None, 1)


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!?|>'\"\n\t #%@`,01.~<=", max_size=60).map(str.encode))
def test_no_content_raises(content: bytes) -> None:
    for document in read_documents(content):
        assert document.data is not None or document.faults
