"""The inputs of an agent: each block brings one value in."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from blocks.sdk import BlockKind, Category, InputPins, OutputPins, block, pin

CATEGORIES = (Category.INPUT, Category.BASIC)

ShortText = Annotated[str, WithJsonSchema({"type": "string", "format": "short-text"})]
LongText = Annotated[str, WithJsonSchema({"type": "string", "format": "long-text"})]
DateText = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
TimeText = Annotated[str, WithJsonSchema({"type": "string", "format": "time"})]

# An exported agent carries "" where its input had a value.
BLANK_IS_NONE = BeforeValidator(lambda value: None if value == "" else value)


def with_format(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a ``value_schema`` that says which control a form should show."""
    return lambda values: {"format": name}


class NamedInput(InputPins):
    """The pins of every agent input."""

    name: str = pin(description="The input's name, by which a run gives its value")
    value: Any = pin(None, description="The value, if a run gives none")
    title: str | None = pin(None, advanced=True, description="The label that the form shows")
    description: str | None = pin(None, advanced=True, description="Help for who fills it in")
    advanced: bool = pin(False, advanced=True, description="Fold the input away in the form")
    secret: bool = pin(False, advanced=True, description="Hide what is typed in the form")


class AnyOutputs(OutputPins):
    result: Any = pin(None, description="The value that the run was given")


@block(
    id="c0a8e994-ebf1-4a9c-a4d8-89d09c86741b",
    name="AgentInputBlock",
    title="Agent Input",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    examples=[
        (NamedInput(name="city", value="Lisbon"), AnyOutputs(result="Lisbon")),
        (NamedInput(name="limit", value=0), AnyOutputs(result=0)),
        (NamedInput(name="unset"),),
    ],
)
def agent_input(inputs: NamedInput) -> Iterator[AnyOutputs]:
    """Bring a value of any kind into the agent. Without a value nothing comes out."""
    if inputs.value is not None:
        yield AnyOutputs(result=inputs.value)


class ShortTextInputs(NamedInput):
    value: ShortText | None = pin(None, description="The text, if a run gives none")


class TextOutputs(OutputPins):
    result: str = pin("", description="The text that the run was given")


@block(
    id="7fcd3bcb-8e1b-4e69-903d-32d3d4a92158",
    name="AgentShortTextInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=with_format("short-text"),
    examples=[(ShortTextInputs(name="city", value="Lisbon"), TextOutputs(result="Lisbon"))],
)
def short_text_input(inputs: ShortTextInputs) -> Iterator[TextOutputs]:
    """Bring one line of text into the agent."""
    if inputs.value is not None:
        yield TextOutputs(result=inputs.value)


class LongTextInputs(NamedInput):
    value: LongText | None = pin(None, description="The text, if a run gives none")


@block(
    id="90a56ffb-7024-4b2b-ab50-e26c5e5ab8ba",
    name="AgentLongTextInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=with_format("long-text"),
    examples=[(LongTextInputs(name="brief", value="a\nb"), TextOutputs(result="a\nb"))],
)
def long_text_input(inputs: LongTextInputs) -> Iterator[TextOutputs]:
    """Bring text of several lines into the agent."""
    if inputs.value is not None:
        yield TextOutputs(result=inputs.value)


class NumberInputs(NamedInput):
    value: int | None = pin(None, description="The whole number, if a run gives none")


class NumberOutputs(OutputPins):
    result: int = pin(0, description="The whole number that the run was given")


@block(
    id="96dae2bb-97a2-41c2-bd2f-13a3b5a8ea98",
    name="AgentNumberInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    examples=[(NumberInputs(name="count", value=7), NumberOutputs(result=7))],
)
def number_input(inputs: NumberInputs) -> Iterator[NumberOutputs]:
    """Bring a whole number into the agent."""
    if inputs.value is not None:
        yield NumberOutputs(result=inputs.value)


class DateInputs(NamedInput):
    value: Annotated[date | None, BLANK_IS_NONE] = pin(
        None, description="The date as YYYY-MM-DD, if a run gives none"
    )


class DateOutputs(OutputPins):
    result: DateText = pin("", description="The date as YYYY-MM-DD")


@block(
    id="7e198b09-4994-47db-8b4d-952d98241817",
    name="AgentDateInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=with_format("date"),
    examples=[
        (DateInputs(name="due", value=date(2026, 3, 1)), DateOutputs(result="2026-03-01")),
    ],
)
def date_input(inputs: DateInputs) -> Iterator[DateOutputs]:
    """Bring a date into the agent."""
    if inputs.value is not None:
        yield DateOutputs(result=inputs.value.isoformat())


class TimeInputs(NamedInput):
    value: Annotated[time | None, BLANK_IS_NONE] = pin(
        None, description="The time as HH:MM:SS, if a run gives none"
    )


class TimeOutputs(OutputPins):
    result: TimeText = pin("", description="The time as HH:MM:SS")


@block(
    id="2a1c757e-86cf-4c7e-aacf-060dc382e434",
    name="AgentTimeInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=with_format("time"),
    examples=[(TimeInputs(name="start", value=time(9, 30)), TimeOutputs(result="09:30:00"))],
)
def time_input(inputs: TimeInputs) -> Iterator[TimeOutputs]:
    """Bring a time of day into the agent."""
    if inputs.value is not None:
        yield TimeOutputs(result=inputs.value.isoformat())
