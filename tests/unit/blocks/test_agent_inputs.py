"""Values that come into an agent."""

from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins, registry
from blocks.sdk.testing import FakeContext, MemoryFiles
from tests.support.blocks import emitted

KINDS = {spec.name.removeprefix("Agent").removesuffix("InputBlock"): spec for spec in registry
         if spec.kind == "Input"}  # fmt: skip


def brought(kind: str, value: Any = None, context: FakeContext | None = None, **more: Any) -> Any:
    inputs = {"name": "n", "value": value, **more}
    emissions = emitted(KINDS[kind].name, inputs, context)
    assert [pin for pin, _ in emissions] == ["result"] * len(emissions)
    return [value for _, value in emissions]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("", 0, [0]),
        ("", "", [""]),
        ("", {"a": [None]}, [{"a": [None]}]),
        ("", None, []),
        ("ShortText", "é", ["é"]),
        ("ShortText", 5, ["5"]),
        ("LongText", "a\nb", ["a\nb"]),
        ("LongText", None, []),
        ("Number", 7, [7]),
        ("Number", "12345678901234567890", [12345678901234567890]),
        ("Number", 7.9, [7]),
        ("Number", 0, [0]),
        ("Date", "2026-02-28", ["2026-02-28"]),
        ("Date", "", []),
        ("Date", None, []),
        ("Time", "09:30", ["09:30:00"]),
        ("Time", "23:59:59.5", ["23:59:59.500000"]),
        ("Time", "", []),
        ("Dropdown", "M", ["M"]),
        ("Dropdown", None, []),
        ("Toggle", True, [True]),
        ("Toggle", "true", [True]),
        ("Toggle", None, [False]),
        ("Table", [{"A": 1}], [[{"A": 1}]]),
        ("Table", None, [[]]),
        ("Table", [], [[]]),
        ("File", "", []),
        ("File", None, []),
    ],
)
def test_value_comes_in_as_its_kind(kind: str, value: Any, expected: list[Any]) -> None:
    result = brought(kind, value)

    assert (result, [type(item) for item in result]) == (expected, [type(i) for i in expected])


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Date", "2026-02-30"), ("Date", "tomorrow"), ("Time", "25:00"), ("Time", "noon")],
)
def test_value_of_another_kind_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(InvalidPins, match="`value`: "):
        brought(kind, value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_input_has_a_name(kind: str) -> None:
    with pytest.raises(InvalidPins, match="`name`: is required"):
        emitted(KINDS[kind].name, {"value": "x"})


@pytest.mark.parametrize("kind", KINDS)
def test_older_agents_carry_members_that_mean_nothing(kind: str) -> None:
    assert brought(kind, placeholder_values=["a"], limit_to_placeholder_values=True) == brought(
        kind
    )


def test_file_is_kept_for_the_run() -> None:
    files = MemoryFiles()

    [reference] = brought("File", "data:text/plain;base64,SGVsbG8=", FakeContext(files=files))

    assert files.contents == {reference: b"Hello"}


def test_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(BlockError, match=r"There is no file 'gone\.txt'"):
        brought("File", "gone.txt")


def schema(kind: str, **values: Any) -> dict[str, Any]:
    make = KINDS[kind].value_schema
    return make(values) if make else {}


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("", {}, {}),
        ("ShortText", {}, {"format": "short-text"}),
        ("LongText", {}, {"format": "long-text"}),
        ("Number", {}, {}),
        ("Date", {}, {"format": "date"}),
        ("Time", {}, {"format": "time"}),
        ("File", {}, {"format": "file"}),
        ("Toggle", {}, {}),
        ("Dropdown", {"options": ["a", "b", "a"]}, {"enum": ["a", "b"]}),
        ("Dropdown", {"placeholder_values": ["x"]}, {"enum": ["x"]}),
        ("Dropdown", {"options": [], "placeholder_values": ["x"]}, {"enum": ["x"]}),
        ("Dropdown", {"options": None}, {}),
        ("Dropdown", {"options": "oops"}, {}),
        ("Dropdown", {"options": [{}, [], {}]}, {"enum": [{}, []]}),
        (
            "Table",
            {"column_headers": ["A", 1]},
            {
                "format": "table",
                "items": {
                    "type": "object",
                    "properties": {"A": {"type": "string"}, "1": {"type": "string"}},
                },
            },
        ),
    ],
)
def test_form_is_told_what_to_show(
    kind: str, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert schema(kind, **values) == expected


@pytest.mark.parametrize("headers", [None, "oops", 5])
def test_table_without_columns_has_three(headers: Any) -> None:
    columns = schema("Table", column_headers=headers)["items"]["properties"]

    assert list(columns) == ["Column 1", "Column 2", "Column 3"]
