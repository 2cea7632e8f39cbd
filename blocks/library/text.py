"""Blocks that join, split, replace and count text."""

from collections.abc import Iterator

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from blocks.sdk.limits import check_text_size


class CombineTextsInputs(InputPins):
    input: list[str] = pin(description="The texts, in order")
    delimiter: str = pin("", description="What to put between them")


class CombineTextsOutputs(OutputPins):
    output: str = pin("", description="The texts in one")


@block(
    id="e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85",
    name="CombineTextsBlock",
    categories=[Category.TEXT],
    examples=[
        (
            CombineTextsInputs(input=["Hello", "world"], delimiter=", "),
            CombineTextsOutputs(output="Hello, world"),
        ),
        (CombineTextsInputs(input=[]), CombineTextsOutputs(output="")),
    ],
)
def combine_texts(inputs: CombineTextsInputs) -> Iterator[CombineTextsOutputs]:
    """Join texts, in order, with a delimiter between them."""
    check_text_size(sum(map(len, inputs.input)) + len(inputs.delimiter) * len(inputs.input))
    yield CombineTextsOutputs(output=inputs.delimiter.join(inputs.input))


class TextSplitInputs(InputPins):
    text: str = pin(description="The text to split")
    delimiter: str = pin(description="What stands between the parts", placeholder=",")
    strip: bool = pin(True, description="Remove spaces around each part")


class TextSplitOutputs(OutputPins):
    texts: list[str] = pin([], description="The parts, in order")


@block(
    id="d5ea33c8-a575-477a-b42f-2fe3be5055ec",
    name="TextSplitBlock",
    categories=[Category.TEXT],
    examples=[
        (
            TextSplitInputs(text="red, green, blue", delimiter=","),
            TextSplitOutputs(texts=["red", "green", "blue"]),
        ),
        (
            TextSplitInputs(text="red, green", delimiter=",", strip=False),
            TextSplitOutputs(texts=["red", " green"]),
        ),
        (TextSplitInputs(text="", delimiter=","), TextSplitOutputs(texts=[])),
    ],
)
def split_text(inputs: TextSplitInputs) -> Iterator[TextSplitOutputs]:
    """Split a text at each delimiter. An empty text has no parts."""
    if not inputs.delimiter:
        raise BlockError("`delimiter` is empty. Give the text that stands between the parts.")
    parts = inputs.text.split(inputs.delimiter) if inputs.text else []
    yield TextSplitOutputs(texts=[part.strip() for part in parts] if inputs.strip else parts)


class TextReplaceInputs(InputPins):
    text: str = pin(description="The text to change")
    old: str = pin(description="What to replace, letter by letter")
    new: str = pin(description="What to put in its place")


class TextReplaceOutputs(OutputPins):
    output: str = pin("", description="The changed text")


@block(
    id="7e7c87ab-3469-4bcc-9abe-67705091b713",
    name="TextReplaceBlock",
    categories=[Category.TEXT],
    examples=[
        (
            TextReplaceInputs(text="1.000.000", old=".", new=","),
            TextReplaceOutputs(output="1,000,000"),
        ),
    ],
)
def replace_text(inputs: TextReplaceInputs) -> Iterator[TextReplaceOutputs]:
    """Replace every occurrence of a text by another. Signs of patterns have no meaning here."""
    found = inputs.text.count(inputs.old)
    check_text_size(len(inputs.text) + found * (len(inputs.new) - len(inputs.old)))
    yield TextReplaceOutputs(output=inputs.text.replace(inputs.old, inputs.new))


class WordCharacterCountInputs(InputPins):
    text: str = pin(description="The text to count in")


class WordCharacterCountOutputs(OutputPins):
    word_count: int = pin(0, description="How many words it has; spaces divide words")
    character_count: int = pin(0, description="How many characters it has, spaces included")


@block(
    id="ab2a782d-22cf-4587-8a70-55b59b3f9f90",
    name="WordCharacterCountBlock",
    categories=[Category.TEXT],
    examples=[
        (
            WordCharacterCountInputs(text="Hello, how are you?"),
            WordCharacterCountOutputs(word_count=4, character_count=19),
        ),
    ],
)
def count_words(inputs: WordCharacterCountInputs) -> Iterator[WordCharacterCountOutputs]:
    """Count the words and the characters of a text."""
    yield WordCharacterCountOutputs(
        word_count=len(inputs.text.split()), character_count=len(inputs.text)
    )
