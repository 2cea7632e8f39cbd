"""The block that fills a template."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import Category, InputPins, OutputPins, block, pin
from blocks.sdk.templates import render


class FillTextTemplateInputs(InputPins):
    values: dict[str, Any] = pin(description="The values, by the names that the template uses")
    format: str = pin(
        description="The template, in the language of Jinja2", placeholder="Hello, {{ name }}!"
    )
    escape_html: bool = pin(False, advanced=True, description="Escape HTML in the values")


class FillTextTemplateOutputs(OutputPins):
    output: str = pin("", description="The filled template")


@block(
    id="db7d8f02-2f44-4c55-ab7a-eae0941f0c30",
    name="FillTextTemplateBlock",
    categories=[Category.TEXT],
    queue="cpu",
    examples=[
        (
            FillTextTemplateInputs(values={"name": "Ada"}, format="Hello, {{ name }}!"),
            FillTextTemplateOutputs(output="Hello, Ada!"),
        ),
        (
            FillTextTemplateInputs(
                values={"items": [1, 2, 3]},
                format="{% for item in items %}{{ item }}{{ ', ' if not loop.last }}{% endfor %}",
            ),
            FillTextTemplateOutputs(output="1, 2, 3"),
        ),
    ],
)
def fill_template(inputs: FillTextTemplateInputs) -> Iterator[FillTextTemplateOutputs]:
    """Fill a template with values. Names without a value stay empty."""
    text = render(inputs.format, inputs.values, escape_html=inputs.escape_html)
    yield FillTextTemplateOutputs(output=text)
