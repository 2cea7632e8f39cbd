"""Graphs from afar, cut to what is drawn: cards are wide, and so are most graphs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.graphs.thumbnails import Box, Line, Thumbnail
from blocks.sdk import BlockKind

SHAPE = 2.5  # width by height
CLOSEST = 0.3  # of the square; a graph of one node is not drawn as large as that
MARGIN = 0.04
NAMES: Mapping[BlockKind, str] = {
    BlockKind.INPUT: "input",
    BlockKind.OUTPUT: "output",
    BlockKind.AGENT: "agent",
    BlockKind.NOTE: "note",
}


@dataclass(frozen=True)
class Picture:
    """What an SVG element of the card's shape shows."""

    view_box: str
    boxes: Sequence[tuple[Box, str]]
    paths: Sequence[str]


def picture(thumbnail: Thumbnail) -> Picture | None:
    """Return the picture of a graph; None of one that has no nodes."""
    if not thumbnail.boxes:
        return None
    boxes = [(box, " ".join(_classes(box))) for box in thumbnail.boxes]
    return Picture(_view_box(thumbnail.boxes), boxes, [_path(line) for line in thumbnail.lines])


def _classes(box: Box) -> Iterator[str]:
    yield "graph__box"
    if box.kind in NAMES:
        yield f"graph__box--{NAMES[box.kind]}"
    if box.disabled:
        yield "graph__box--disabled"


def _view_box(boxes: Sequence[Box]) -> str:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    # The larger of what the width and what the height need, in the card's shape.
    width = max(right - left, (bottom - top) * SHAPE, CLOSEST) + 2 * MARGIN
    height = width / SHAPE
    corner = ((left + right - width) / 2, (top + bottom - height) / 2)
    return " ".join(f"{number:.4f}" for number in (*corner, width, height))


def _path(line: Line) -> str:
    middle = (line.x1 + line.x2) / 2
    return f"M{line.x1} {line.y1}C{middle:.4f} {line.y1} {middle:.4f} {line.y2} {line.x2} {line.y2}"
