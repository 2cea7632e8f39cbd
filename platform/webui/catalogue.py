"""Blocks as their pages show them: found by what is typed, and each with its pins and examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined, to_json

from blocks.api.serializers import catalogue_entry
from blocks.openapi import services as apis
from blocks.openapi.describing import described
from blocks.packages import packages
from blocks.sdk import BlockSpec, Category, Emit, InputPins, Output, Webhook, registry
from blocks.sdk.pins import Pins
from blocks.sdk.words import type_in_words

EFFECTS = {
    "none": "A second run does nothing that anybody sees.",
    "idempotent": "A second run does the same again.",
    "external": "It acts on the world: a second run does that twice, so it is not run again by itself.",
}


MOST_LISTED = 500
PER = {"run": "for each run", "second": "a second", "item": "for each item", "byte": "a byte"}


@dataclass(frozen=True)
class Price:
    """What running a block costs, where something about it is so."""

    amount: str
    per: str
    condition: str = ""


@dataclass(frozen=True)
class ShownPin:
    """A row in a table of pins."""

    name: str
    kind: str
    description: str
    required: bool = False
    default: str = ""


def categories(user: Any) -> list[tuple[str, str]]:
    """Return the categories that have blocks, with their names as people read them."""
    used = {one["category"] for entry in _entries(user) for one in entry["categories"]}
    return [
        (one.name, title(one)) for one in sorted(Category, key=lambda c: c.name) if one.name in used
    ]


def title(category: Category) -> str:
    words = category.name.replace("_", " ").capitalize()
    return {"Ai": "AI", "Crm": "CRM"}.get(words, words)


def found(user: Any, search: str, category: str) -> list[Mapping[str, Any]]:
    """Return the entries of blocks that have each of the words, in a category if one is named.

    By title; those of the user's own APIs are among them.
    """
    words = search.lower().split()
    return sorted(
        (
            entry
            for entry in _entries(user)
            if (not category or category in {one["category"] for one in entry["categories"]})
            and all(word in _text(entry) for word in words)
        ),
        key=lambda entry: str(entry["title"]).lower(),
    )


def _entries(user: Any) -> list[Mapping[str, Any]]:
    own = [entry for entry in apis.entries(user) if not entry.get("superseded")]
    return [*map(catalogue_entry, registry), *own]


def _text(entry: Mapping[str, Any]) -> str:
    pins = [
        *entry["inputSchema"].get("properties", {}),
        *entry["outputSchema"].get("properties", {}),
    ]
    return " ".join([entry["title"], entry["name"], entry["description"], *pins]).lower()


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
        "prices": [_price(cost) for cost in described(spec)["costs"]],
        "webhook": spec.webhook and _calls(spec.webhook),
    }


def own(user: Any, pk: Any) -> dict[str, Any] | None:
    """Return what the page of a block of the user's APIs shows; None where there is no such block."""
    spec = apis.find(user.pk, str(pk))
    return None if spec is None else {**shown(spec), "api": apis.origin(user, pk)}


def _price(cost: Mapping[str, Any]) -> Price:
    conditions = cost["cost_filter"] if isinstance(cost["cost_filter"], Mapping) else {}
    return Price(
        amount=str(cost["cost_amount"]),
        per=PER.get(cost["cost_type"], f"per {cost['cost_type']}"),
        condition=", ".join(f"{pin} {value}" for pin, value in conditions.items()),
    )


def _calls(webhook: Webhook) -> str:
    """Return in words whose calls begin a run at the block."""
    if webhook.provider == "generic_webhook":
        return "Any site can begin a run here, by a call with the secret."
    return f"Calls of {webhook.provider} begin a run here: {webhook.type}."


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
