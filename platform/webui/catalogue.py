"""Blocks as their pages show them: found by what is typed, and each with its pins and examples."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined, to_json

from blocks.openapi.describing import described
from blocks.packages import packages
from blocks.sdk import BlockSpec, Category, Emit, InputPins, Output, registry
from blocks.sdk.pins import Pins
from blocks.sdk.words import type_in_words

EFFECTS = {
    "none": "A second run does nothing that anybody sees.",
    "idempotent": "A second run does the same again.",
    "external": "It acts on the world: a second run does that twice, so it is not run again by itself.",
}


@dataclass(frozen=True)
class ShownPin:
    """A row in a table of pins."""

    name: str
    kind: str
    description: str
    required: bool = False
    default: str = ""


def categories() -> list[tuple[str, str]]:
    """Return the categories that have blocks, with their names as people read them."""
    used = {category for spec in registry for category in spec.categories}
    return [(one.name, title(one)) for one in sorted(used, key=lambda one: one.name)]


def title(category: Category) -> str:
    words = category.name.replace("_", " ").capitalize()
    return {"Ai": "AI", "Crm": "CRM"}.get(words, words)


def found(search: str, category: str) -> list[BlockSpec]:
    """Return the blocks that have each of the words, in a category if one is named, by title."""
    words = search.lower().split()
    return sorted(
        (
            spec
            for spec in registry
            if (not category or category in {one.name for one in spec.categories})
            and all(word in _text(spec) for word in words)
        ),
        key=lambda spec: spec.title.lower(),
    )


def _text(spec: BlockSpec) -> str:
    pins = [*spec.inputs.pins(), *spec.outputs.pins()]
    return " ".join([spec.title, spec.name, spec.description, *pins]).lower()


def shown(spec: BlockSpec) -> dict[str, Any]:
    """Return what the page of a block shows."""
    return {
        "spec": spec,
        "categories": [(one.name, title(one)) for one in spec.categories],
        "package": packages.origin(spec),
        "inputs": list(_inputs(spec)),
        "outputs": list(_outputs(spec)),
        "examples": [_example(example) for example in spec.examples],
        "effect": EFFECTS[spec.effect],
        "costs": described(spec)["costs"],
    }


def _inputs(spec: BlockSpec) -> Iterator[ShownPin]:
    for pin, field in spec.inputs.pins().items():
        default = field.get_default(call_default_factory=True, validated_data={})
        required = default is PydanticUndefined
        plain = required or default in (None, "")
        yield ShownPin(
            name=pin,
            kind=type_in_words(spec.inputs, pin).replace("`", ""),
            description=field.description or "",
            required=required,
            default="" if plain else to_json(default).decode(),
        )


def _outputs(spec: BlockSpec) -> Iterator[ShownPin]:
    for pin, field in spec.outputs.pins().items():
        yield ShownPin(
            pin, type_in_words(spec.outputs, pin).replace("`", ""), field.description or ""
        )
    if spec.has_error_pin:
        yield ShownPin("error", "text", "Why the block failed, if it did")


def _example(example: Any) -> dict[str, list[tuple[str, str]]]:
    inputs: InputPins = example[0]
    outputs: list[Output] = example[1:]
    return {
        "inputs": _values((pin, value) for pin, value in _given(inputs)),
        "outputs": _values(one for output in outputs for one in _emissions(output)),
    }


def _given(inputs: Pins) -> Iterator[tuple[str, Any]]:
    set_here = inputs.model_dump(mode="json", by_alias=True, exclude_unset=True)
    yield from set_here.items()


def _emissions(output: Output) -> list[tuple[Any, Any]]:
    return [tuple(output)] if isinstance(output, Emit) else list(output.emissions())


def _values(pairs: Any) -> list[tuple[str, str]]:
    return [(str(pin), to_json(value).decode()) for pin, value in pairs]
