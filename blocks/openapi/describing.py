"""What the catalogue says of a block, for blocks of the library and of APIs alike."""

from dataclasses import asdict
from typing import Any

from blocks.sdk import BlockSpec

ERROR_PIN = {
    "title": "Error",
    "description": "Why the block failed, if it did",
    "type": "string",
    "advanced": False,
}


def described(spec: BlockSpec, *contributors: str) -> dict[str, Any]:
    """Return the block's members in the catalogue."""
    return {
        "id": str(spec.id),
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "categories": [
            {"category": category.name, "description": category.value}
            for category in spec.categories
        ],
        "inputSchema": spec.inputs.json_schema(),
        "outputSchema": _output_schema(spec),
        "staticOutput": spec.static_output,
        "uiType": spec.kind.value,
        "queue": spec.queue,
        "effect": spec.effect,
        "sensitive": spec.sensitive,
        "costs": [],
        "webhook": None if spec.webhook is None else asdict(spec.webhook),
        "contributors": [{"name": name} for name in contributors],
    }


def _output_schema(spec: BlockSpec) -> dict[str, Any]:
    schema = spec.outputs.json_schema()
    if not spec.has_error_pin:
        return schema
    return {**schema, "properties": {**schema.get("properties", {}), "error": ERROR_PIN}}
