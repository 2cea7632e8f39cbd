"""Values that come out of an agent."""

from typing import Any

import pytest

from blocks.sdk import InvalidPins
from tests.support.blocks import emitted


def brought(**inputs: Any) -> list[tuple[str, Any]]:
    return emitted("AgentOutputBlock", inputs)


@pytest.mark.parametrize("value", [42.0, 0, "", None, [], {"a": "é"}])
def test_value_comes_out_with_its_name(value: Any) -> None:
    assert brought(name="out", value=value) == [("output", value), ("name", "out")]


@pytest.mark.parametrize(
    ("value", "format", "output"),
    [
        ([1, 2], "{{ out | join('-') }}", "1-2"),
        ({"a": "<b>"}, "{{ out.a }}", "<b>"),
        (None, "[{{ out }}]", "[None]"),
        ("{{ 7 * 7 }}", "{{ out }}", "{{ 7 * 7 }}"),
        ("x", "{{ value }}", ""),
        ("x", "constant", "constant"),
    ],
)
def test_template_knows_the_value_by_the_name(value: Any, format: str, output: str) -> None:
    assert brought(name="out", value=value, format=format) == [("output", output)]


def test_html_in_the_value_is_escaped_on_request() -> None:
    inputs = {"name": "out", "value": "<b>", "format": "<p>{{ out }}</p>", "escape_html": True}

    assert brought(**inputs) == [("output", "<p>&lt;b&gt;</p>")]


@pytest.mark.parametrize("format", ["{{ My Output }}", "{{ out * 10**9 }}", "{{ ''.__class__.x }}"])
def test_template_that_fails_gives_a_text_that_says_why(format: str) -> None:
    [(pin, text)] = brought(name="out", value="v", format=format)

    assert pin == "output"
    assert text.startswith("Error: The template ")
    assert text.endswith(", v")


def test_output_needs_a_name() -> None:
    with pytest.raises(InvalidPins, match="`name`: is required"):
        brought(value=1)
