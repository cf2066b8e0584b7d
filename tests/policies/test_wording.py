import pytest

from policies.wording import amount, as_line, as_name, as_reason, count, in_markdown, name_some


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "policy", "1 policy"),
        (0, "policy", "0 policies"),
        (2, "day", "2 days"),
        (1200, "replica", "1,200 replicas"),
        (3, "process", "3 processes"),
        (2, "open hibernation", "2 open hibernations"),
    ],
)
def test_what_is_counted_stands_in_the_singular_for_one_alone(number: int, noun: str, said: str) -> None:
    assert count(number, noun) == said


def test_money_has_separators_for_its_thousands_and_its_currency_by_name() -> None:
    assert amount(3244.168, "USD") == "3,244.17 USD"
    assert amount(0.00741, "USD", places=4) == "0.0074 USD"
    assert amount(12) == "12.00"


def test_of_many_names_the_first_are_named_and_the_others_counted() -> None:
    assert name_some(["a", "b"], 2) == "a, b"
    assert name_some(["a", "b", "c"], 2) == "a, b and 1 more"


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("a demo: at four, Grüße 👋", "a demo: at four, Grüße 👋"),
        ("\x1b[2Jgone", " [2Jgone"),
        ("one\ntwo\r\tthree", "one two  three"),
        ("\x9b2J\x7f\x00", " 2J  "),
        ("\u202eright to left\u2028", " right to left "),
        ("d\udce9mo", "d\N{REPLACEMENT CHARACTER}mo"),
    ],
    ids=["text", "escape", "breaks", "controls beyond those of ASCII", "directions", "bytes that are no UTF-8"],
)
def test_what_anybody_wrote_is_one_line_that_does_nothing_to_a_terminal(written: str, line: str) -> None:
    assert as_line(written) == line
    assert as_line(line).encode()


def test_who_says_something_and_why_are_as_long_as_somebody_reads() -> None:
    assert as_name("\x07anna" + "x" * 250_000) == " anna" + "x" * 195
    assert as_reason("a demo\n" * 50_000) == ("a demo " * 99)[:500]


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("a demo: at four", "a demo: at four"),
        ("x\n- Not paused again before: **Fri**", r"x - Not paused again before: \*\*Fri\*\*"),
        ("![p](https://evil.example/p.png)", r"!\[p\](https://evil.example/p.png)"),
        ("<img src=x> `code` a_b ~c~ a|b", r"\<img src=x\> \`code\` a\_b \~c\~ a\|b"),
        (r"\*", r"\\\*"),
    ],
    ids=["text", "a line of its own", "an image", "the rest", "escaped already"],
)
def test_nothing_becomes_of_what_somebody_wrote_on_a_page_in_markdown(written: str, page: str) -> None:
    assert in_markdown(written) == page
