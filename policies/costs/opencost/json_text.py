"""JSON read piece by piece as it arrives: an answer about 10,000 controllers is 15 MB, and no more than one of its rows
is ever held.
"""

import codecs
import json
from collections.abc import Iterable
from typing import Any

from policies.costs.doubts import Doubt, NotBelieved

LARGEST_PIECE = 1024 * 1024
"""Characters. A row is 2,000 of them, an error's message 34,000."""

_BLANKS = " \t\r\n"


class JsonText:
    """A text in chunks, of which the next value is taken at a time.

    Everything that is not JSON raises NotBelieved.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._take_value = json.JSONDecoder(object_pairs_hook=_read_object).raw_decode
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is not a blank, left where it is; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANKS:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def take(self, wanted: str) -> str:
        """Step over the next character, which must be one of these."""
        found = self.peek()
        if not found or found not in wanted:
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "it is not the JSON of an allocation answer")
        self._at += 1
        return found

    def value(self) -> Any:
        """Step over the next whole value."""
        self.peek()
        while True:
            try:
                value, end = self._take_value(self._text, self._at)
            except json.JSONDecodeError:
                if self._read_on():
                    continue
                raise NotBelieved(Doubt.NOT_AN_ANSWER, "it is not JSON, or it is cut off") from None
            except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
                raise NotBelieved(Doubt.NOT_AN_ANSWER, "it holds a number or nesting that no answer has") from None
            if end == len(self._text) and self._read_on():
                continue  # it may be the beginning of a longer number
            self._at = end
            return value

    def _read_on(self) -> bool:
        """Append the next chunk to what is left. False at the end."""
        try:
            more = next((text for chunk in self._chunks if (text := self._decode(chunk))), "")
        except UnicodeDecodeError:
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "it is not UTF-8 text") from None
        self._text, self._at = self._text[self._at :] + more, 0
        if len(self._text) > LARGEST_PIECE:
            raise NotBelieved(Doubt.NOT_AN_ANSWER, "a single piece of it is larger than any row")
        return bool(more)


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. One that has a name twice may be two objects run together, and so a mix of their figures."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise NotBelieved(Doubt.NOT_AN_ANSWER, "an object in it has the same name twice")
    return read
