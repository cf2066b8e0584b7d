"""YAML with line numbers, read with suspicion: no tags, no aliases, no depth, no guesses at times and dates.

Times and dates stay the text that was written, as in the YAML that Kubernetes' own tools read: an unquoted `20:00`
is not the number 1200.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.reader import ReaderError

from policies.problems import FieldPath, shown

LARGEST_FILE = 1024 * 1024
"""Bytes. No policy comes near; a bomb might."""

_DEEPEST = 32
_LARGEST_NUMBER = 1000
"""Bits, as many as a float can hold. Python refuses to write much larger numbers: they stay text."""
_PREFIX = "tag:yaml.org,2002:"
_UNRESOLVED = {_PREFIX + "timestamp", _PREFIX + "merge", _PREFIX + "value"}


@dataclass(frozen=True, slots=True)
class YamlFault:
    """Something in a file that keeps a document from being read. `line` counts from 1; None: the whole file."""

    line: int | None
    wrong: str
    path: FieldPath = ()


@dataclass(slots=True)
class YamlDocument:
    """One document of a file as plain values, the line of each of its paths, and what is wrong with it."""

    data: Any = None
    lines: dict[FieldPath, int] = field(default_factory=dict)
    faults: list[YamlFault] = field(default_factory=list)


def read_documents(content: bytes) -> tuple[YamlDocument, ...]:
    """The documents of a file, empty ones left out.

    A fault that ends the reading (broken syntax, an alias) stands in a last document without data; those before it
    are whole.
    """
    if len(content) > LARGEST_FILE:
        return (_broken(None, f"is larger than {LARGEST_FILE // 1024} KiB"),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return (_broken(content.count(b"\n", 0, error.start) + 1, "is not UTF-8 text"),)
    return tuple(_read(text))


def _broken(line: int | None, wrong: str) -> YamlDocument:
    return YamlDocument(faults=[YamlFault(line, wrong)])


def _read(text: str) -> Iterator[YamlDocument]:
    try:
        loader = _Loader(text)
        while loader.check_node():
            document = YamlDocument()
            document.data = _convert(loader.get_node(), (), document)
            if document.data is not None or document.faults:
                yield document
    except ReaderError as error:
        yield _broken(text.count("\n", 0, error.position) + 1, "holds a character that YAML does not allow")
    except _RefusedError as error:
        yield _broken(error.line, error.wrong)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield _broken(None if mark is None else mark.line + 1, _say(error))


def _say(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in str(error.problem):
        return "a tab stands where YAML wants spaces"
    return f"is not valid YAML: {error.problem or error.context}"


class _RefusedError(Exception):
    """Valid YAML that we do not take."""

    def __init__(self, event: yaml.Event, wrong: str) -> None:
        self.line = None if event.start_mark is None else event.start_mark.line + 1
        self.wrong = wrong
        super().__init__(wrong)


class _Loader(yaml.SafeLoader):
    """Only composes nodes; values are made from them here."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _UNRESOLVED]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        self._depth = 0
        super().__init__(text)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(event, f"*{event.anchor} repeats another part of the file; write it out")
        if self._depth >= _DEEPEST:
            raise _RefusedError(event, f"is nested deeper than {_DEEPEST} levels")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_MAKE = SafeConstructor()


def _convert(node: yaml.Node | None, path: FieldPath, document: YamlDocument) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    kind = node.tag.removeprefix(_PREFIX)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _convert_mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_convert(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        try:
            return _convert_scalar(node, kind)
        except (ValueError, KeyError):
            pass
    document.faults.append(YamlFault(line, f"{_write_tag(node.tag)} is not allowed here; write plain values", path))
    return None


def _convert_mapping(node: yaml.MappingNode, path: FieldPath, document: YamlDocument) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            document.faults.append(YamlFault(line, "the name of a field must be plain text", path))
            continue
        key = key_node.value
        below = (*path, key)
        if key in mapping:
            first = document.lines[below]
            document.faults.append(YamlFault(line, f"is given twice, first on line {first}", below))
            continue
        document.lines[below] = line
        mapping[key] = _convert(value_node, below, document)
    return mapping


def _convert_scalar(node: yaml.ScalarNode, kind: str) -> Any:
    """The value of a scalar. Raises ValueError or KeyError where its text and its tag do not go together."""
    if kind == "str" or (kind in ("int", "float") and ":" in node.value):
        return node.value
    if kind == "null":
        return None
    if kind == "bool":
        return _MAKE.construct_yaml_bool(node)
    if kind == "int":
        number = _MAKE.construct_yaml_int(node)
        return number if number.bit_length() <= _LARGEST_NUMBER else node.value
    if kind == "float":
        return _MAKE.construct_yaml_float(node)
    raise ValueError(kind)


def _write_tag(tag: str) -> str:
    return shown("!!" + tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag)
