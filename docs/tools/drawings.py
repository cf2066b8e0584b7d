"""Drawings from text: boxes on a grid and arrows between them, as SVG that is the same on every machine."""  # noqa: INP001

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Self

import yaml

_HEAD, _BODY = 15, 12
"""Sizes of letters in pixels: the first line of a box, and all others."""
_LINE = 16
_NAMESPACE = "xmlns='http://www.w3.org/2000/svg'"
_ROLE = "role='img' font-family='Helvetica, Arial, sans-serif'"
_COLOURS = {
    "plain": ("#ffffff", "#57606a"),
    "asleep": ("#dbe7ff", "#2f5fd0"),
    "awake": ("#daf2e0", "#1a7f37"),
    "ours": ("#fff2cc", "#9a6700"),
}
"""Fill and border of a box, by its kind."""


@dataclass(frozen=True)
class Box:
    """Where a box stands, in pixels, and what it says."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: str

    @classmethod
    def place(cls, said: Mapping[str, Any], grid: Mapping[str, Any]) -> Self:
        """At its column and row of the grid, which may be halves."""
        (width, height), (right, down), (column, row) = grid["box"], grid["gap"], said["at"]
        x, y = grid["margin"] + column * (width + right), grid["margin"] + row * (height + down)
        return cls(x, y, width, height, tuple(said["text"].strip().splitlines()), said.get("kind", "plain"))

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def edge_towards(self, other: "Box", shift: float) -> tuple[float, float]:
        """Where the line to another box leaves this one; `shift` moves it aside, for a second line beside it."""
        (x, y), (to_x, to_y) = self.centre, other.centre
        dx, dy = to_x - x, to_y - y
        if abs(dx) * self.height > abs(dy) * self.width:
            return x + (self.width / 2 if dx > 0 else -self.width / 2), y + shift
        return x + shift, y + (self.height / 2 if dy > 0 else -self.height / 2)

    def draw(self) -> str:
        """Its frame and its lines."""
        fill, border = _COLOURS[self.kind]
        x, top = self.centre[0], self.centre[1] - _LINE * (len(self.lines) - 1) / 2 + 5
        frame = (
            f"<rect x='{self.x:g}' y='{self.y:g}' width='{self.width:g}' height='{self.height:g}' rx='8' "
            f"fill='{fill}' stroke='{border}' stroke-width='1.5'/>"
        )
        texts = [
            _text(x, top + _LINE * number, line, "normal" if number else "bold")
            for number, line in enumerate(self.lines)
        ]
        return "\n".join([frame, *texts])


def drawing(source: Path) -> str:
    """The SVG of a YAML file: `size`, `title`, `grid` (box, gap, margin), `boxes` by name, and `arrows`."""
    said = yaml.safe_load(source.read_text(encoding="utf-8"))
    boxes = {name: Box.place(box, said["grid"]) for name, box in said["boxes"].items()}
    width, height = said["size"]
    parts = [
        f"<svg {_NAMESPACE} viewBox='0 0 {width} {height}' width='{width}' height='{height}' {_ROLE}>",
        f"<title>{escape(said['title'])}</title>",
        "<defs>",
        "<marker id='tip' markerWidth='9' markerHeight='8' refX='8' refY='4' orient='auto-start-reverse'>",
        "<path d='M0,0 L9,4 L0,8 z' fill='#57606a'/>",
        "</marker>",
        "</defs>",
        f"<rect width='{width}' height='{height}' rx='10' fill='#f6f8fa'/>",
        *(_arrow(boxes, arrow) for arrow in said["arrows"]),
        *(box.draw() for box in boxes.values()),
        *(_label(boxes, arrow) for arrow in said["arrows"] if "text" in arrow),
        "</svg>",
    ]
    return f"<!-- Made from {source.name} by docs/tools/drawings.py; do not edit. -->\n" + "\n".join(parts) + "\n"


def _ends(boxes: Mapping[str, Box], arrow: Mapping[str, Any]) -> tuple[tuple[float, float], tuple[float, float]]:
    begin, end, shift = boxes[arrow["from"]], boxes[arrow["to"]], arrow.get("shift", 0)
    return begin.edge_towards(end, shift), end.edge_towards(begin, shift)


def _arrow(boxes: Mapping[str, Box], arrow: Mapping[str, Any]) -> str:
    (x1, y1), (x2, y2) = _ends(boxes, arrow)
    dashes = " stroke-dasharray='5 4'" if arrow.get("dashed") else ""
    both = " marker-start='url(#tip)'" if arrow.get("both") else ""
    return (
        f"<line x1='{x1:g}' y1='{y1:g}' x2='{x2:g}' y2='{y2:g}' stroke='#57606a' stroke-width='1.5'{dashes}{both} "
        "marker-end='url(#tip)'/>"
    )


def _label(boxes: Mapping[str, Box], arrow: Mapping[str, Any]) -> str:
    """In the middle of its arrow, moved by `label`, in pixels."""
    (x1, y1), (x2, y2) = _ends(boxes, arrow)
    right, down = arrow.get("label", (0, 0))
    lines = arrow["text"].strip().splitlines()
    x, y = (x1 + x2) / 2 + right, (y1 + y2) / 2 + down - _LINE * (len(lines) - 1) / 2 + 4
    return "\n".join(_text(x, y + _LINE * number, line, "normal") for number, line in enumerate(lines))


def _text(x: float, y: float, line: str, weight: str) -> str:
    size = _HEAD if weight == "bold" else _BODY
    return (
        f"<text x='{x:g}' y='{y:g}' text-anchor='middle' font-size='{size}' font-weight='{weight}' fill='#1f2328'>"
        f"{escape(line)}</text>"
    )
