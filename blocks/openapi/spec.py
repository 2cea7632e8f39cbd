"""From an operation to the block that calls it: its pins as models, like any other block's."""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, ValidationError, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

from blocks.openapi import calling
from blocks.openapi.operation import (
    CREDENTIALS,
    SERVER,
    SIMPLE_METHODS,
    Operation,
    Parameter,
    read,
)
from blocks.sdk import BlockSpec, Category, Effect, InputPins, OutputPins, PinName, RunContext, pin
from blocks.sdk.credentials import ChosenCredential, credentials_pin
from kernel.jsontypes import dumps

NAME = "ApiOperationBlock"  # of all of them: figures have a line for each name
MOST_KEPT = 1000
TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list[Any],
    "object": dict[str, Any],
}


class OperationInputs(InputPins):
    """The inputs of one operation. What is known of the class goes with it."""

    model_config = ConfigDict(extra="ignore")
    known_pins: ClassVar[Mapping[PinName, FieldInfo] | None] = None
    known_schema: ClassVar[dict[str, Any] | None] = None

    @classmethod
    def pins(cls) -> Mapping[PinName, FieldInfo]:  # type: ignore[override]
        if cls.known_pins is None:
            cls.known_pins = InputPins.pins.__wrapped__(cls)
        return cls.known_pins

    @classmethod
    def json_schema(cls) -> dict[str, Any]:  # type: ignore[override]
        if cls.known_schema is None:
            cls.known_schema = cls.model_json_schema(by_alias=True)
        return cls.known_schema


class OperationOutputs(OutputPins):
    """What an operation gives."""

    known_schema: ClassVar[dict[str, Any] | None] = None

    response: Any = pin(None, description="The answer: a value if it is JSON, else text")
    status: int = pin(0, description="The answer's status, from 200 to 299")

    @classmethod
    def json_schema(cls) -> dict[str, Any]:  # type: ignore[override]
        if cls.known_schema is None:
            schema = cls.model_json_schema(by_alias=True)
            properties = {
                name: {key: value for key, value in member.items() if key != "default"}
                for name, member in schema["properties"].items()
            }
            cls.known_schema = {**schema, "properties": properties}
        return cls.known_schema


def _annotation(schema: Mapping[str, Any], *, required: bool) -> Any:
    kind = schema.get("type")
    nullable = isinstance(kind, list) and "null" in kind
    plain = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    choices = schema.get("enum")
    found: Any = TYPES.get(str(plain[0]), Any) if len(plain) == 1 else Any
    if found is str and isinstance(choices, list) and all(isinstance(c, str) for c in choices):
        found = Literal[tuple(choices)]
    if found is not Any and (nullable or not required):
        found = found | None
    return Annotated[found, WithJsonSchema(dict(schema))]


def _field(parameter: Parameter) -> tuple[Any, Any]:
    about = parameter.description or f"`{parameter.name}` of the {parameter.place}"
    shown: dict[str, Any] = {
        "name": parameter.pin,
        "title": parameter.name,
        "description": about,
        "advanced": parameter.place in ("header", "cookie") and not parameter.required,
    }
    schema = {k: v for k, v in parameter.value.items() if k not in ("title", "description")}
    annotation = _annotation(schema, required=parameter.required)
    return annotation, pin(**shown) if parameter.required else pin(None, **shown)


def _inputs(operation: Operation) -> type[OperationInputs]:
    fields: dict[str, Any] = {
        f"value_{number}": _field(parameter)
        for number, parameter in enumerate(operation.parameters)
    }
    security = operation.security
    if security.kinds and security.providers:
        fields[CREDENTIALS] = (
            ChosenCredential,
            credentials_pin(
                *security.providers,
                kinds=security.kinds,
                discriminator=SERVER,
                required=security.required,
                description="What the API wants to be shown; it goes to its own host only",
            ),
        )
    fields[SERVER] = (
        str,
        pin(
            operation.server,
            title="Server",
            description="Where the API is, if it is elsewhere than its document says",
            advanced=True,
        ),
    )
    return create_model("OperationInputs", __base__=OperationInputs, **fields)


def _outputs(operation: Operation) -> type[OperationOutputs]:
    schema = {k: v for k, v in operation.response.items() if k not in ("title", "description")}
    about = "The answer: a value if it is JSON, else text"
    fields: dict[str, Any] = {
        "response": (Annotated[Any, WithJsonSchema(schema)], pin(None, description=about))
    }
    return create_model("OperationOutputs", __base__=OperationOutputs, **fields)


def _effect(operation: Operation) -> Effect:
    if operation.method in SIMPLE_METHODS:
        return "none"
    return "idempotent" if operation.method in ("PUT", "DELETE") else "external"


def _call(
    operation: Operation,
    outputs: type[OperationOutputs],
    inputs: OperationInputs,
    context: RunContext,
) -> Iterator[OperationOutputs]:
    status, value = calling.call(operation, values_of(inputs), context)
    yield outputs(response=value, status=status)


def values_of(inputs: OperationInputs) -> dict[str, Any]:
    """Return the values that were given, by pin."""
    return {
        str(name): value
        for name, value in inputs.model_dump(by_alias=True, mode="json").items()
        if value is not None
    }


@lru_cache(maxsize=MOST_KEPT)
def block_of(id: UUID, text: str) -> BlockSpec:
    """Return the block of an operation, which is given as JSON text: it is made of that alone."""
    operation = Operation.model_validate_json(text)
    outputs = _outputs(operation)
    about = operation.description or operation.title
    return BlockSpec(
        id=id,
        name=NAME,
        title=f"{operation.title} ({operation.api})",
        description=f"{about}\n\n{operation.method} {operation.path} of {operation.api}",
        inputs=_inputs(operation),
        outputs=outputs,
        function=partial(_call, operation, outputs),
        categories=(Category.DEVELOPER_TOOLS,),
        effect=_effect(operation),
        sensitive=operation.method not in SIMPLE_METHODS,
        takes_context=True,
    )


def carried(block_id: str, value: Any) -> BlockSpec | None:
    """Return the block that a node carries with it; None where it carries none that can be used."""
    operation = read(value)
    if operation is None:
        return None
    try:
        return block_of(UUID(block_id), dumps(operation.as_json()))
    except (ValueError, ValidationError):
        return None
