"""The block that reads XML.

Elements become dictionaries: attributes under ``@name``, child elements under their names, text
under ``#text``; an element with neither attributes nor children is its text alone. Elements of
one name side by side become a list. Prefixes stay part of a name (``dc:title``).
"""

from collections.abc import Iterator
from io import StringIO
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from blocks.sdk import BlockError, InputPins, OutputPins, block, pin

MOST_BYTES = 10 * 1024 * 1024
DEEPEST = 90
"""Levels of elements; each takes up to two levels of JSON, of which 200 are allowed."""


class XMLParserInputs(InputPins):
    input_xml: str = pin(description="The XML text, with one root element, up to 10 MB")


class XMLParserOutputs(OutputPins):
    parsed_xml: dict[str, Any] = pin({}, description="The root element under its name")


@block(
    id="286380af-9529-4b55-8be0-1d7c854abdb5",
    name="XMLParserBlock",
    queue="cpu",
    examples=[
        (
            XMLParserInputs(input_xml="<tea><leaf>Assam</leaf><leaf>Keemun</leaf></tea>"),
            XMLParserOutputs(parsed_xml={"tea": {"leaf": ["Assam", "Keemun"]}}),
        ),
        (
            XMLParserInputs(input_xml='<cup size="2">full<lid/></cup>'),
            XMLParserOutputs(parsed_xml={"cup": {"@size": "2", "lid": "", "#text": "full"}}),
        ),
    ],
)
def parse_xml(inputs: XMLParserInputs) -> Iterator[XMLParserOutputs]:
    """Read XML text into nested dictionaries and lists.

    Attributes are found under their name with an @ before it, and the text of an element that
    also has attributes or other elements under #text. Elements that repeat become a list.
    Entities and other definitions from elsewhere are refused.
    """
    if len(inputs.input_xml.encode(errors="surrogatepass")) > MOST_BYTES:
        raise BlockError("The XML is larger than 10 MB. Parse it in parts.")
    yield XMLParserOutputs(parsed_xml=_parse(inputs.input_xml))


def _parse(text: str) -> dict[str, Any]:
    source, tree = InputSource(), Tree()
    source.setCharacterStream(StringIO(text.lstrip("\ufeff")))
    parser = make_parser()
    parser.setContentHandler(tree)
    try:
        parser.parse(source)
    except DefusedXmlException:
        raise BlockError(
            "The XML defines entities or refers to other documents. Remove its DOCTYPE."
        ) from None
    except SAXParseException as error:
        where = f"line {error.getLineNumber()}, column {error.getColumnNumber()}"
        raise BlockError(f"The XML is malformed: {error.getMessage()} ({where}).") from None
    except (SAXException, ValueError) as error:
        raise BlockError(f"The XML cannot be read: {error}.") from None
    return tree.root


class Tree(ContentHandler):
    """Builds dictionaries from a parser's events, without recursion."""

    def __init__(self) -> None:
        super().__init__()
        self.root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = [self.root]
        self._texts: list[list[str]] = [[]]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        if len(self._open) > DEEPEST:
            raise BlockError(f"The XML is nested deeper than {DEEPEST} elements.")
        self._open.append({f"@{key}": value for key, value in attrs.items()})
        self._texts.append([])

    def characters(self, content: str) -> None:
        self._texts[-1].append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        element, text = self._open.pop(), "".join(self._texts.pop()).strip()
        if element and text:
            element["#text"] = text
        _add(self._open[-1], name, element or text)


def _add(parent: dict[str, Any], name: str, value: Any) -> None:
    """Put the value under the name; from the second on, as a list."""
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]
