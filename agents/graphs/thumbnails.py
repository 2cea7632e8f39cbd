"""What a graph looks like from afar: boxes and lines in a square of one by one.

For lists of agents, as an SVG with the viewBox ``0 0 1 1``: y grows downwards, as on the canvas.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from threading import Lock
from typing import Any
from uuid import UUID

from agents.graphs.models import GraphVersion
from blocks.sdk import BlockKind, registry

MOST_BOXES, MOST_LINES = 250, 400
WIDTH, HEIGHT = 260.0, 120.0  # of a node that does not say its size, as on the canvas
SLOT = (WIDTH * 1.4, HEIGHT * 1.6)  # of a node that does not say where it lies
FARTHEST = 1e7
MARGIN = 0.02
DIGITS = 4
MOST_KEPT = 2_000


@dataclass(frozen=True)
class Box:
    """A node: its upper left corner, its size, and what role its block plays."""

    x: float
    y: float
    width: float
    height: float
    kind: BlockKind
    disabled: bool


@dataclass(frozen=True)
class Line:
    """A link, from the right side of a box to the left side of another one."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Thumbnail:
    """A graph from afar. It has no boxes where the graph has no nodes."""

    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()


def thumbnail(document: Mapping[str, Any]) -> Thumbnail:
    """Return what the graph of a version's or draft's document looks like.

    Of a very large graph, some of its nodes, spread evenly over it.
    """
    nodes = _some(document["nodes"], MOST_BOXES)
    if not nodes:
        return Thumbnail()
    places = {node["id"]: _place(node["metadata"], index) for index, node in enumerate(nodes)}
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    right = max(x + width for x, _, width, _ in places.values())
    bottom = max(y + height for _, y, _, height in places.values())
    scale = (1 - 2 * MARGIN) / max(right - left, bottom - top)
    shift_x = 0.5 - scale * (left + right) / 2
    shift_y = 0.5 - scale * (top + bottom) / 2
    boxes = {
        node["id"]: Box(
            x=round(shift_x + scale * places[node["id"]][0], DIGITS),
            y=round(shift_y + scale * places[node["id"]][1], DIGITS),
            width=round(scale * places[node["id"]][2], DIGITS),
            height=round(scale * places[node["id"]][3], DIGITS),
            kind=_kind(node["block_id"]),
            disabled=node["metadata"].get("disabled") is True,
        )
        for node in nodes
    }
    return Thumbnail(tuple(boxes.values()), _lines(document["links"], boxes))


def thumbnails(versions: Collection[GraphVersion]) -> dict[UUID, Thumbnail]:
    """Return the thumbnail of each version by its primary key, with one query for all of them.

    A process makes each version's thumbnail once; the versions' documents are best deferred.
    """
    found = {version.pk: kept for version in versions if (kept := _kept.get(version.pk))}
    unknown = [version.pk for version in versions if version.pk not in found]
    if unknown:
        rows = GraphVersion.objects.filter(pk__in=unknown).values_list("pk", "document")
        found |= {pk: _kept.put(pk, thumbnail(document)) for pk, document in rows}
    return found


class _Kept:
    """The thumbnails that were used last. Versions never change, so none can be stale."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, Thumbnail] = OrderedDict()
        self._lock = Lock()

    def get(self, version: UUID) -> Thumbnail | None:
        with self._lock:
            if version in self._known:
                self._known.move_to_end(version)
            return self._known.get(version)

    def put(self, version: UUID, made: Thumbnail) -> Thumbnail:
        with self._lock:
            self._known[version] = made
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return made


_kept = _Kept()


def _some(items: list[Any], most: int) -> list[Any]:
    """Return the items, or as many as are allowed, spread evenly."""
    if len(items) <= most:
        return items
    return [items[index * len(items) // most] for index in range(most)]


def _place(metadata: Mapping[str, Any], index: int) -> tuple[float, float, float, float]:
    """Return where a node lies and its size; one that does not say is put in a row of ten."""
    position, size = metadata.get("position"), metadata.get("size")
    x, y = _number(position, "x"), _number(position, "y")
    if x is None or y is None:
        x, y = index % 10 * SLOT[0], index // 10 * SLOT[1]
    width, height = _number(size, "width"), _number(size, "height")
    return x, y, _length(width, WIDTH), _length(height, HEIGHT)


def _number(value: Any, key: str) -> float | None:
    """Return a coordinate that can be drawn, if it is one."""
    number = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return float(number) if isfinite(number) and abs(number) <= FARTHEST else None


def _length(value: float | None, usual: float) -> float:
    return value if value is not None and value > 0 else usual


def _kind(block_id: str) -> BlockKind:
    block = registry.find(registry.resolve(block_id))
    return block.kind if block else BlockKind.UNKNOWN


def _lines(links: list[Any], boxes: Mapping[str, Box]) -> tuple[Line, ...]:
    drawn = dict.fromkeys(
        (link["source_id"], link["sink_id"])
        for link in links
        if link["source_id"] in boxes and link["sink_id"] in boxes
    )
    return tuple(_line(boxes[source], boxes[sink]) for source, sink in _some([*drawn], MOST_LINES))


def _line(source: Box, sink: Box) -> Line:
    return Line(
        x1=round(source.x + source.width, DIGITS),
        y1=round(source.y + source.height / 2, DIGITS),
        x2=sink.x,
        y2=round(sink.y + sink.height / 2, DIGITS),
    )
