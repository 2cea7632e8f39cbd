"""Blocks for the people who read a graph or its log."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockKind, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.conversion import convert

LONGEST_LINE = 2_000


class NoteInputs(InputPins):
    text: str = pin(description="What to say on the note")


class NoteOutputs(OutputPins):
    output: str = pin("", description="The text of the note")


@block(
    id="cc10ff7b-7753-4ff2-9af6-9399b1a7eddc",
    name="NoteBlock",
    categories=[Category.BASIC],
    kind=BlockKind.NOTE,
    legacy_ids=["31d1064e-7446-4693-o7d4-65e5ca9110d1"],
    examples=[(NoteInputs(text="Ask Ada first"), NoteOutputs(output="Ask Ada first"))],
)
def note(inputs: NoteInputs) -> Iterator[NoteOutputs]:
    """Stick a note on the graph. It is never run."""
    yield NoteOutputs(output=inputs.text)


class PrintToConsoleInputs(InputPins):
    text: Any = pin(description="The value to print")


class PrintToConsoleOutputs(OutputPins):
    output: Any = pin(None, description="The value, unchanged")
    status: str = pin("", description="Always `printed`")


@block(
    id="f3b1c1b2-4c4f-4f0d-8d2f-4c4f0d8d2f4c",
    name="PrintToConsoleBlock",
    categories=[Category.BASIC],
    examples=[
        (PrintToConsoleInputs(text="Hi"), PrintToConsoleOutputs(output="Hi", status="printed"))
    ],
)
def print_to_console(
    inputs: PrintToConsoleInputs, context: RunContext
) -> Iterator[PrintToConsoleOutputs]:
    """Print a value to the log, to see what passes by, and hand it on."""
    context.log(convert(inputs.text, str)[:LONGEST_LINE])
    yield PrintToConsoleOutputs(output=inputs.text, status="printed")
