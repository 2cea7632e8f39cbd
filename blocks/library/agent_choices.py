"""Inputs of an agent that a form shows as more than a line: choices, switches, tables, files."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import model_validator

from blocks.library.agent_inputs import BLANK_IS_NONE, CATEGORIES, NamedInput, with_format
from blocks.library.files import FileStoreInputs, FileText, store_file
from blocks.sdk import BlockKind, OutputPins, RunContext, block, pin

DEFAULT_HEADERS = ["Column 1", "Column 2", "Column 3"]


def choices(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema ``enum`` of a dropdown, each option once."""
    options = values.get("options") or values.get("placeholder_values") or []
    unique: list[Any] = []
    for option in options if isinstance(options, list) else []:
        unique += [option] if option not in unique else []
    return {"enum": unique} if unique else {}


def table(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a table's rows: a text in each column."""
    headers = values.get("column_headers")
    if not isinstance(headers, list):
        headers = DEFAULT_HEADERS
    columns = {str(header): {"type": "string"} for header in headers}
    return {"format": "table", "items": {"type": "object", "properties": columns}}


class DropdownInputs(NamedInput):
    value: str | None = pin(None, description="The choice, if a run makes none")
    options: list[Any] = pin([], description="What there is to choose from")

    @model_validator(mode="before")
    @classmethod
    def accept_older_name(cls, data: Any) -> Any:
        """Read the options of older agents, which named them ``placeholder_values``."""
        if isinstance(data, dict) and "options" not in data and "placeholder_values" in data:
            return {**data, "options": data["placeholder_values"]}
        return data


class DropdownOutputs(OutputPins):
    result: str = pin("", description="The choice")


@block(
    id="655d6fdf-a334-421c-b733-520549c07cd1",
    name="AgentDropdownInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=choices,
    examples=[
        (
            DropdownInputs(name="size", value="M", options=["S", "M", "L"]),
            DropdownOutputs(result="M"),
        )
    ],
)
def dropdown_input(inputs: DropdownInputs) -> Iterator[DropdownOutputs]:
    """Bring one of several given texts into the agent."""
    if inputs.value is not None:
        yield DropdownOutputs(result=inputs.value)


class ToggleInputs(NamedInput):
    value: bool = pin(False, description="On or off, if a run does not say")


class ToggleOutputs(OutputPins):
    result: bool = pin(False, description="True if it is on")


@block(
    id="cbf36ab5-df4a-43b6-8a7f-f7ed8652116e",
    name="AgentToggleInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    examples=[
        (ToggleInputs(name="loud", value=True), ToggleOutputs(result=True)),
        (ToggleInputs(name="loud"), ToggleOutputs(result=False)),
    ],
)
def toggle_input(inputs: ToggleInputs) -> Iterator[ToggleOutputs]:
    """Bring a yes or no into the agent; no, if a run does not say."""
    yield ToggleOutputs(result=inputs.value)


class TableInputs(NamedInput):
    value: Annotated[list[dict[str, Any]] | None, BLANK_IS_NONE] = pin(
        None, description="The rows, if a run gives none"
    )
    column_headers: list[str] = pin(DEFAULT_HEADERS, description="The names of the columns")


class TableOutputs(OutputPins):
    result: list[dict[str, Any]] = pin(
        [], description="The rows, each an object with its cells by column"
    )


@block(
    id="5603b273-f41e-4020-af7d-fbc9c6a8d928",
    name="AgentTableInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    value_schema=table,
    examples=[
        (
            TableInputs(name="people", column_headers=["Name"], value=[{"Name": "Ada"}]),
            TableOutputs(result=[{"Name": "Ada"}]),
        ),
        (TableInputs(name="people"), TableOutputs(result=[])),
    ],
)
def table_input(inputs: TableInputs) -> Iterator[TableOutputs]:
    """Bring a table into the agent, as a list of rows; an empty list if a run gives none."""
    yield TableOutputs(result=inputs.value or [])


class FileInputs(NamedInput):
    value: FileText | None = pin(None, description="The file, if a run gives none")
    base_64: bool = pin(
        False, description="Emit the content as a data: URI instead of a reference", advanced=True
    )


class FileOutputs(OutputPins):
    result: str = pin("", description="The file's reference in this run, or its data: URI")


@block(
    id="95ead23f-8283-4654-aef3-10c053b74a31",
    name="AgentFileInputBlock",
    categories=CATEGORIES,
    kind=BlockKind.INPUT,
    static_output=True,
    effect="idempotent",
    value_schema=with_format("file"),
    examples=[
        (
            FileInputs(name="letter", value="data:text/plain,Hello", base_64=True),
            FileOutputs(result="data:text/plain;base64,SGVsbG8="),
        ),
        (FileInputs(name="letter", value=""),),
    ],
)
def file_input(inputs: FileInputs, context: RunContext) -> Iterator[FileOutputs]:
    """Bring a file into the agent and keep it for the length of the run."""
    if inputs.value:
        for kept in store_file(
            FileStoreInputs(file_in=inputs.value, base_64=inputs.base_64), context
        ):
            yield FileOutputs(result=kept.file_out)
