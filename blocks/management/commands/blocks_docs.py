"""Write docs/block-list.md, the list of all blocks."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic_core import PydanticUndefined, to_jsonable_python

from blocks.sdk import BlockSpec, registry
from blocks.sdk.words import type_in_words

HEAD = """\
# List of blocks

<!-- Generated from the registry by `python manage.py blocks_docs`; edit the blocks instead. -->

Every block that Trellis ships, by category. A pin marked * must be linked or filled in. Besides
the outputs listed here, a block that can fail has a pin `error`, which says why it did. Values of
a *static* output stay, so that the blocks after it can use them again and again.

[Blocks](blocks.md) says how to write one.
"""


class Command(BaseCommand):
    help = "Write docs/block-list.md from the registry, or check that it is current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "block-list.md"
        text = blocks_page()
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(
                "docs/block-list.md is not what the blocks say. Run `python manage.py blocks_docs`."
            )


def blocks_page() -> str:
    """Return the page: a chapter per category, a section per block."""
    specs = sorted(registry, key=lambda spec: (_chapter(spec), spec.title))
    parts = [HEAD]
    for chapter, members in groupby(specs, key=_chapter):
        parts.append(f"## {chapter}\n")
        parts += [section(spec) for spec in members]
    return "\n".join(parts)


def section(spec: BlockSpec) -> str:
    """Return what the page says of one block."""
    facts = [f"`{spec.id}`", spec.name, *(["static output"] if spec.static_output else [])]
    parts = [f"### {spec.title}\n\n{spec.description}\n\n{' · '.join(facts)}\n"]
    if spec.inputs.pins():
        parts.append(
            "\n".join(["| Input | Type | Default | |", "|---|---|---|---|", *_inputs(spec)])
        )
    if spec.outputs.pins():
        parts.append("\n".join(["\n| Output | Type | |", "|---|---|---|", *_outputs(spec)]))
    return "\n".join([*parts, ""])


def _chapter(spec: BlockSpec) -> str:
    name = spec.categories[0].name if spec.categories else "OTHER"
    return name.replace("_", " ").capitalize()


def _inputs(spec: BlockSpec) -> Iterator[str]:
    for pin, field in spec.inputs.pins().items():
        default = field.get_default(call_default_factory=True, validated_data={})
        known = default is not PydanticUndefined
        shown = json.dumps(to_jsonable_python(default), ensure_ascii=False) if known else ""
        yield _row(
            f"`{pin}`{'' if known else ' *'}",
            type_in_words(spec.inputs, pin),
            f"`{shown}`" if shown not in ("", "null", '""') else "",
            field.description or "",
        )


def _outputs(spec: BlockSpec) -> Iterator[str]:
    for pin, field in spec.outputs.pins().items():
        yield _row(f"`{pin}`", type_in_words(spec.outputs, pin), field.description or "")


def _row(*cells: str) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"
