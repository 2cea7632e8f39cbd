"""The picture that stands for an agent elsewhere: its name, what it does, who made it. Drawn here.

Sites that show a link fetch it (Open Graph). It is drawn anew when what it says changes, and kept in the
cache by the digest of what it says: nothing that a creator sent is in it but words.
"""

import hashlib
import io
import textwrap
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from django.core.cache import cache
from PIL import Image, ImageDraw, ImageFont

from agents.graphs.thumbnails import Thumbnail, thumbnail
from blocks.sdk import BlockKind
from store.models import ListingVersion

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
A_WEEK = 7 * 86_400
DRAWN = 1  # raise it when cards look different
GROUND, PAPER, INK, FAINT, LINE = "#f7f7f3", "#ffffff", "#1c211d", "#5a635c", "#c9cdc2"
ACCENTS = ("#1d6b45", "#1f5d99", "#8a5a00", "#7a3e9d", "#a8324a", "#0f6b73")
KINDS = {
    BlockKind.INPUT: "#1f5d99",
    BlockKind.OUTPUT: "#1d6b45",
    BlockKind.AGENT: "#7a3e9d",
    BlockKind.NOTE: "#c9a227",
}
MEDIA_TYPE = "image/png"


def digest(version: ListingVersion) -> str:
    """Return what the card's picture is kept by: it changes with everything that is drawn."""
    said = [DRAWN, *_words(version), version.listing.shows_graph, version.graph_version_id]
    return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()[:16]


def picture(version: ListingVersion) -> bytes:
    """Return the card as PNG, as it was drawn before if it was."""
    key = f"market-card:{version.pk}:{digest(version)}"
    kept = cache.get(key)
    if kept:
        return b64decode(kept)
    drawn = draw(version)
    cache.set(key, b64encode(drawn).decode("ascii"), A_WEEK)
    return drawn


def draw(version: ListingVersion) -> bytes:
    """Return the card, drawn now."""
    name, about, who = _words(version)
    accent = accent_of(version.name)
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 16, HEIGHT), fill=accent)
    if version.listing.shows_graph:
        _graph(pen, thumbnail(version.graph_version.document))
    y = _lines(pen, name, MARGIN, 96, size=68, most=2, columns=30, fill=INK)
    y = _lines(pen, about, MARGIN, y + 20, size=36, most=3, columns=54, fill=FAINT)
    pen.text((MARGIN, HEIGHT - 96), who, font=_font(32), fill=accent)
    pen.text((WIDTH - MARGIN, HEIGHT - 96), "Trellis", font=_font(32), fill=INK, anchor="ra")
    written = io.BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def accent_of(name: str) -> str:
    """Return the colour of an agent without a picture: always the same for the same name."""
    return ACCENTS[
        int(hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), 16) % len(ACCENTS)
    ]


def _words(version: ListingVersion) -> Sequence[str]:
    owner = version.listing.owner
    return (
        _plain(version.name),
        _plain(version.sub_heading),
        _plain(f"by {owner.get_full_name() or owner.get_username()}"),
    )


def _plain(text: str) -> str:
    """Return the text on one line, with a sign in place of what the font cannot draw."""
    line = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:300]


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _lines(
    pen: Any, text: str, x: int, y: int, *, size: int, most: int, columns: int, fill: str
) -> int:
    """Draw a text on a few lines, cut where it is longer; return where the next may begin."""
    lines = textwrap.wrap(text, columns, max_lines=most, placeholder=" …")
    for line in lines:
        pen.text((x, y), line, font=_font(size), fill=fill)
        y += int(size * 1.3)
    return y


def _graph(pen: Any, drawn: Thumbnail) -> None:
    """Draw the graph from afar along the lower edge."""
    if not drawn.boxes:
        return
    left, top = min(box.x for box in drawn.boxes), min(box.y for box in drawn.boxes)
    right = max(box.x + box.width for box in drawn.boxes)
    bottom = max(box.y + box.height for box in drawn.boxes)
    room_x, room_y = WIDTH - 2 * MARGIN, 130
    scale = min(room_x / (right - left), room_y / (bottom - top), 700)
    shift_x = MARGIN - scale * left
    shift_y = HEIGHT - 130 - scale * (bottom - top) - scale * top
    for line in drawn.lines:
        ends = (
            (shift_x + scale * line.x1, shift_y + scale * line.y1),
            (shift_x + scale * line.x2, shift_y + scale * line.y2),
        )
        pen.line(ends, fill=LINE, width=3)
    for box in drawn.boxes:
        x, y = shift_x + scale * box.x, shift_y + scale * box.y
        corners = (x, y, x + scale * box.width, y + scale * box.height)
        pen.rounded_rectangle(corners, 6, fill=PAPER, outline=KINDS.get(box.kind, FAINT), width=3)
