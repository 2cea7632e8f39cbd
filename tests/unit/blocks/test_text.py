"""Joining, splitting, replacing, counting, escaping and finding code."""

import pytest

from blocks.sdk import BlockError, InvalidPins
from tests.support.blocks import emitted


def test_texts_are_joined_and_other_values_become_text() -> None:
    assert emitted(
        "CombineTextsBlock", {"input": ["a", 1, {"b": True}, "é"], "delimiter": "-"}
    ) == [("output", 'a-1-{"b": true}-é')]


def test_no_texts_make_an_empty_text() -> None:
    assert emitted("CombineTextsBlock", {"input": []}) == [("output", "")]


def test_texts_are_required() -> None:
    with pytest.raises(InvalidPins, match="`input`: is required"):
        emitted("CombineTextsBlock", {"delimiter": "-"})


def test_joined_text_has_a_largest_size() -> None:
    with pytest.raises(BlockError, match="would have"):
        emitted("CombineTextsBlock", {"input": ["a"] * 5_000, "delimiter": "x" * 5_000})


@pytest.mark.parametrize(
    ("text", "delimiter", "strip", "texts"),
    [
        ("a,b", ",", True, ["a", "b"]),
        (" a , ,b ", ",", True, ["a", "", "b"]),
        (" a ,b", ",", False, [" a ", "b"]),
        ("", ",", True, []),
        ("abc", "", False, None),
        ("no such sign", "|", True, ["no such sign"]),
        ("一、二", "、", True, ["一", "二"]),
        ("a--b", "-", True, ["a", "", "b"]),
    ],
)
def test_text_is_split(text: str, delimiter: str, strip: bool, texts: list[str] | None) -> None:
    inputs = {"text": text, "delimiter": delimiter, "strip": strip}
    if texts is None:
        with pytest.raises(BlockError, match="`delimiter` is empty"):
            emitted("TextSplitBlock", inputs)
    else:
        assert emitted("TextSplitBlock", inputs) == [("texts", texts)]


@pytest.mark.parametrize(
    ("old", "new", "output"),
    [("a", "b", "b.b.b"), (".", "", "aaa"), ("x", "y", "a.a.a"), ("", "-", "-a-.-a-.-a-")],
)
def test_every_occurrence_is_replaced_literally(old: str, new: str, output: str) -> None:
    inputs = {"text": "a.a.a", "old": old, "new": new}

    assert emitted("TextReplaceBlock", inputs) == [("output", output)]


def test_replaced_text_has_a_largest_size() -> None:
    with pytest.raises(BlockError, match="would have 1,000,000,000 characters"):
        emitted("TextReplaceBlock", {"text": "a" * 10_000, "old": "a", "new": "b" * 100_000})


@pytest.mark.parametrize(
    ("text", "words", "characters"),
    [("", 0, 0), ("Hello, how are you?", 4, 19), (" a\n\tb ", 2, 6), ("é 🎉", 2, 3), (12, 1, 2)],
)
def test_words_and_characters_are_counted(text: object, words: int, characters: int) -> None:
    assert emitted("WordCharacterCountBlock", {"text": text}) == [
        ("word_count", words),
        ("character_count", characters),
    ]


@pytest.mark.parametrize(
    "text", ["", "plain", "a\nb\t\r\x00\x7f", 'back\\slash "quoted"', "é 中 🎉 \u202e", "\\n"]
)
def test_encoded_text_decodes_to_itself(text: str) -> None:
    [(_, encoded)] = emitted("TextEncoderBlock", {"text": text})

    assert encoded.isascii()
    assert "\n" not in encoded
    assert emitted("TextDecoderBlock", {"text": encoded}) == [("decoded_text", text)]


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (r"a\nb\tc", "a\nb\tc"),
        (r"\u00e9 \xe9 \U0001F389 \N{BULLET} \101", "é é 🎉 • A"),
        ("é 中 🎉 stay", "é 中 🎉 stay"),
        (r"\ud83c\udf89", "🎉"),
        (r"\中\q\x", r"\中\q\x"),
        ("ends with \\", "ends with \\"),
        (r"\\n", r"\n"),
    ],
)
def test_escapes_are_decoded_and_the_rest_stays(text: str, decoded: str) -> None:
    assert emitted("TextDecoderBlock", {"text": text}) == [("decoded_text", decoded)]


@pytest.mark.parametrize("text", [r"\U99999999", r"\N{NO SUCH SIGN}", r"\ud83c alone", r"\udf89"])
def test_escape_for_no_character_is_an_error(text: str) -> None:
    with pytest.raises(BlockError, match="no character"):
        emitted("TextDecoderBlock", {"text": text})


def test_code_is_taken_out_by_language_in_a_fixed_order() -> None:
    text = (
        "Intro\n\n```sql\nSELECT 1;\n```\n\nand\n\n```html\n<p>\n```\n"
        "```JS\nlet a;\n```\n```sql\nSELECT 2;\n```\nend"
    )

    assert emitted("CodeExtractionBlock", {"text": text}) == [
        ("html", "<p>"),
        ("javascript", "let a;"),
        ("sql", "SELECT 1;\n\nSELECT 2;"),
        ("remaining_text", "Intro\n\nand\n\nend"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("remaining_text", "")]),
        ("no code", [("remaining_text", "no code")]),
        ("```\nplain\n```", [("remaining_text", "```\nplain\n```")]),
        ("```brainfuck\n+.\n```", [("remaining_text", "```brainfuck\n+.\n```")]),
        ("```python\nopen", [("remaining_text", "```python\nopen")]),
        ("```c++\nint a;\n```", [("cpp", "int a;"), ("remaining_text", "")]),
        ("```json {}```", [("json", "{}"), ("remaining_text", "")]),
        ("```python\n```", [("python", ""), ("remaining_text", "")]),
        ("```yml\r\na: 1\r\n```", [("yaml", "a: 1"), ("remaining_text", "")]),
    ],
)
def test_code_without_known_language_stays(text: str, expected: list[tuple[str, str]]) -> None:
    assert emitted("CodeExtractionBlock", {"text": text}) == expected


@pytest.mark.parametrize("text", ["```python " * 50_000, "```" * 200_000, "`" * 500_000])
def test_code_is_sought_in_long_text_without_end(text: str) -> None:
    assert emitted("CodeExtractionBlock", {"text": text})[-1][0] == "remaining_text"
