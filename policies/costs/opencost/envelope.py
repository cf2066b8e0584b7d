"""The envelope of an allocation answer: `{"code": 200, "status": "success", "data": [{"<key>": {row}, ...}]}`."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from policies.costs.doubts import Doubt, NotBelieved
from policies.costs.opencost.json_text import JsonText

RawRow = Mapping[str, Any]


def read_rows(chunks: Iterable[bytes]) -> Iterator[tuple[str, RawRow]]:
    """The rows of an answer with HTTP status 200, one by one, each with its key.

    Raises NotBelieved, at the latest behind the last row: what was given before then is not to be used.
    """
    text = JsonText(chunks)
    code: Any = None
    text.take("{")
    for name in _names(text):
        if name == "data":
            yield from _read_sets(text)
        elif name == "code":
            code = text.value()
        else:
            text.value()
    if text.peek():
        raise NotBelieved(Doubt.NOT_AN_ANSWER, "there is text after its end")
    if isinstance(code, bool) or code != HTTPStatus.OK:
        raise NotBelieved(Doubt.NOT_AN_ANSWER, f"its code is {code if isinstance(code, int) else 'missing'}, not 200")


def _names(text: JsonText) -> Iterator[str]:
    """The names of an object whose brace was taken, each with its value next."""
    if text.peek() == "}":
        text.take("}")
        return
    while True:
        if text.peek() != '"':
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "it is not the JSON of an allocation answer")
        name = text.value()
        text.take(":")
        yield name
        if text.take(",}") == "}":
            return


def _read_sets(text: JsonText) -> Iterator[tuple[str, RawRow]]:
    """The rows of all sets: one, because they were asked for accumulated. `null` and `{}` hold none."""
    if text.peek() != "[":
        if text.value() is not None:
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "its data is not a list")
        return
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    sets = 0
    while True:
        sets += 1
        if sets > 1:
            raise NotBelieved(Doubt.SEVERAL_SETS, "it has several sets of rows, although one was asked for")
        yield from _read_set(text)
        if text.take(",]") == "]":
            return


def _read_set(text: JsonText) -> Iterator[tuple[str, RawRow]]:
    if text.peek() != "{":
        if text.value() is not None:
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "one of its sets is not a map of rows")
        return
    text.take("{")
    for key in _names(text):
        row = text.value()
        if not isinstance(row, dict):
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "one of its rows is not an object")
        yield key, row
