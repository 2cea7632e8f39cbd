"""The outputs of an agent: each block brings one value out."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, BlockKind, Category, InputPins, OutputPins, block, pin
from blocks.sdk.templates import render


class AgentOutputInputs(InputPins):
    value: Any = pin(None, description="The value to bring out")
    name: str = pin(description="The output's name, under which the run shows its values")
    title: str | None = pin(None, advanced=True, description="The label of the output")
    description: str | None = pin(None, advanced=True, description="What the output means")
    format: str = pin(
        "",
        advanced=True,
        description="A Jinja2 template for the value, which it knows by the output's name",
        placeholder="Dear {{ name }}",
    )
    escape_html: bool = pin(
        False, advanced=True, description="Escape HTML in the value when the template is filled"
    )
    advanced: bool = pin(False, advanced=True, description="Fold the output away")
    secret: bool = pin(False, advanced=True, description="Hide the output's values")


class AgentOutputOutputs(OutputPins):
    output: Any = pin(None, description="The value, or the filled template")
    name: Any = pin(None, description="The output's name; only where there is no template")


@block(
    id="363ae599-353e-4804-937e-b2ee3cef3da4",
    name="AgentOutputBlock",
    categories=[Category.OUTPUT, Category.BASIC],
    kind=BlockKind.OUTPUT,
    static_output=True,
    examples=[
        (
            AgentOutputInputs(name="total", value=42.0),
            AgentOutputOutputs(output=42.0, name="total"),
        ),
        (
            AgentOutputInputs(name="total", value=42, format="It is {{ total }}."),
            AgentOutputOutputs(output="It is 42."),
        ),
    ],
)
def agent_output(inputs: AgentOutputInputs) -> Iterator[AgentOutputOutputs]:
    """Bring a value out of the agent, as it is or written into a template.

    A template that cannot be filled gives a text that says why, since other agents rely on
    every output having a value.
    """
    if not inputs.format:
        yield AgentOutputOutputs(output=inputs.value, name=inputs.name)
        return
    try:
        values = {inputs.name: inputs.value}
        text = render(inputs.format, values, escape_html=inputs.escape_html)
    except BlockError as error:
        text = f"Error: {error}, {inputs.value}"
    yield AgentOutputOutputs(output=text)
