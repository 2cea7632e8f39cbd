from typing import Any

import pytest

from blocks.sdk import BlockError
from tests.support.blocks import emitted


def parse(text: str) -> Any:
    [(pin, value)] = emitted("XMLParserBlock", {"input_xml": text})
    assert pin == "parsed_xml"
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<a/>", {"a": ""}),
        ("<a> x </a>", {"a": "x"}),
        ("<a><b>1</b><c>2</c></a>", {"a": {"b": "1", "c": "2"}}),
        ("<a><b>1</b><c/><b>2</b><b>3</b></a>", {"a": {"b": ["1", "2", "3"], "c": ""}}),
        ('<a id="1"/>', {"a": {"@id": "1"}}),
        ('<a id="1">x</a>', {"a": {"@id": "1", "#text": "x"}}),
        ("<a>one<b/>two</a>", {"a": {"b": "", "#text": "onetwo"}}),
        ("<a><![CDATA[<b>&]]></a>", {"a": "<b>&"}),
        ("<a>&lt;&#233;&amp;</a>", {"a": "<é&"}),
        ("<чай>🍵</чай>", {"чай": "🍵"}),
        (
            '<a xmlns:d="urn:d"><d:b>1</d:b></a>',
            {"a": {"@xmlns:d": "urn:d", "d:b": "1"}},
        ),
        ("<!DOCTYPE a><a>1</a>", {"a": "1"}),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', {"a": "é"}),
        ("\ufeff<a>1</a>", {"a": "1"}),
    ],
)
def test_xml_becomes_dictionaries(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.com/x.dtd"> %x;]><a/>',
        '<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a>1</a>',
        '<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]><a>&y;</a>',
    ],
)
def test_entities_are_refused(text: str) -> None:
    with pytest.raises(BlockError) as refused:
        parse(text)

    assert str(refused.value) == (
        "The XML defines entities or refers to other documents. Remove its DOCTYPE."
    )


@pytest.mark.parametrize(
    "text", ["", "tea", "<a>", "<a></b>", "<a/><b/>", "<a>\0</a>", "<a>&x;</a>"]
)
def test_malformed_xml_is_refused(text: str) -> None:
    with pytest.raises(BlockError, match="The XML is malformed"):
        parse(text)


def test_refusal_says_where() -> None:
    with pytest.raises(BlockError) as refused:
        parse("<a>\n<b></a>")

    assert str(refused.value) == "The XML is malformed: mismatched tag (line 2, column 5)."


def test_half_a_character_is_refused() -> None:
    with pytest.raises(BlockError, match="The XML cannot be read"):
        parse("<a>\ud800</a>")


def test_deep_nesting_is_refused_before_it_hurts() -> None:
    with pytest.raises(BlockError) as refused:
        parse("<a>" * 500_000)

    assert str(refused.value) == "The XML is nested deeper than 90 elements."


def test_deepest_allowed_nesting_is_read() -> None:
    value = parse("<a>" * 90 + "<a/>" * 0 + "</a>" * 90)

    for _ in range(90):
        value = value["a"]
    assert value == ""


def test_more_than_ten_megabytes_are_refused() -> None:
    with pytest.raises(BlockError) as refused:
        parse("<a>" + "x" * (10 * 1024 * 1024) + "</a>")

    assert str(refused.value) == "The XML is larger than 10 MB. Parse it in parts."


def test_many_elements_are_read() -> None:
    assert len(parse("<a>" + "<b>1</b>" * 100_000 + "</a>")["a"]["b"]) == 100_000
