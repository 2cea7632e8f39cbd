"""Blocks that write and read the escapes of special characters."""

import re
from collections.abc import Iterator

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin

ESCAPE = re.compile(
    r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|N\{[A-Z0-9 -]+\}|[0-7]{1,3}|[abfnrtv\\'\"])"
)
SURROGATES = re.compile("[\ud800-\udfff]")


class TextEncoderInputs(InputPins):
    text: str = pin(description="The text to write with escapes")


class TextEncoderOutputs(OutputPins):
    encoded_text: str = pin("", description="The text on one line, in plain ASCII")


@block(
    id="5185f32e-4b65-4ecf-8fbb-873f003f09d6",
    name="TextEncoderBlock",
    categories=[Category.TEXT],
    examples=[
        (
            TextEncoderInputs(text="Line 1\nLine 2\té"),
            TextEncoderOutputs(encoded_text=r"Line 1\nLine 2\t\xe9"),
        ),
    ],
)
def encode_text(inputs: TextEncoderInputs) -> Iterator[TextEncoderOutputs]:
    r"""Write line breaks, tabs and other special characters as escapes such as \n."""
    yield TextEncoderOutputs(encoded_text=inputs.text.encode("unicode_escape").decode("ascii"))


class TextDecoderInputs(InputPins):
    text: str = pin(description="The text with escapes")


class TextDecoderOutputs(OutputPins):
    decoded_text: str = pin("", description="The text with the characters themselves")


@block(
    id="2570e8fe-8447-43ed-84c7-70d657923231",
    name="TextDecoderBlock",
    categories=[Category.TEXT],
    examples=[
        (
            TextDecoderInputs(text=r"Line 1\nLine 2\t\u00e9 é"),
            TextDecoderOutputs(decoded_text="Line 1\nLine 2\té é"),
        ),
    ],
)
def decode_text(inputs: TextDecoderInputs) -> Iterator[TextDecoderOutputs]:
    r"""Turn escapes such as \n into the characters they stand for.

    A backslash that begins no escape stays, and so does every other character.
    """
    try:
        text = ESCAPE.sub(_character, inputs.text)
    except UnicodeDecodeError as error:
        raise BlockError(f"The text has an escape for no character: {error.reason}.") from None
    yield TextDecoderOutputs(decoded_text=_with_pairs_joined(text))


def _character(escape: re.Match[str]) -> str:
    digits = escape[0][1:]
    if digits[0] in "01234567":
        return chr(int(digits, 8))
    return escape[0].encode("ascii").decode("unicode_escape")


def _with_pairs_joined(text: str) -> str:
    r"""Return the text with surrogate pairs, as in \ud83d\ude00, as one character each."""
    if not SURROGATES.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise BlockError("The text has half of a surrogate pair, which is no character.") from None
