"""Parts of runs as the OpenAPI file says them, where a serializer's fields do not."""

from typing import Any

from agents.executions.models import Cause

TEXT = {"type": "string"}
JSON_OBJECT = {"type": "object", "additionalProperties": True}
MOMENT = {"type": "string", "format": "date-time", "nullable": True}


def shape(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of an object whose keys are all there, but for those that are optional."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the same, or null."""
    return {**schema, "nullable": True}


def listed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list of these."""
    return {"type": "array", "items": schema}


OUTPUTS = {"type": "object", "additionalProperties": {"type": "array", "items": {}}}
KEPT_UNTIL = shape({"payload": MOMENT, "execution": MOMENT})
ERROR = shape({"code": TEXT, "message": TEXT})
RUN_ERROR = shape(
    {
        **ERROR["properties"],
        "nodes": listed(shape({"node_id": TEXT, "code": TEXT, "message": TEXT})),
    },
    optional=("nodes",),
)
STATISTICS = shape(
    {
        "cost": {"type": "number", "description": "In cents."},
        "duration": {"type": "number", "description": "In seconds."},
        "node_exec_count": {"type": "integer"},
        "node_error_count": {"type": "integer"},
        "error": nullable(TEXT),
    }
)
CAUSE = nullable(
    shape(
        {
            "kind": {"type": "string", "enum": [one.value for one in Cause if one.value]},
            "id": {**TEXT, "format": "uuid"},
        }
    )
)
REASON = shape({"kind": TEXT, "reason": TEXT, "since": MOMENT, "help": TEXT})
WAITING = shape(
    {
        "node_exec_id": nullable({**TEXT, "format": "uuid"}),
        "node_id": nullable(TEXT),
        "node_title": nullable(TEXT),
        "status": TEXT,
        "pins": listed(TEXT),
        **REASON["properties"],
    }
)
LOG_LINES = listed(
    shape(
        {
            "time": {**MOMENT, "nullable": False},
            "attempt": {"type": "integer", "description": "Which try wrote it, from 1."},
            "text": TEXT,
        }
    )
)
MODELS_USED = listed(
    shape(
        {
            "provider": TEXT,
            "model": TEXT,
            "requests": {"type": "integer"},
            "input_tokens": {"type": "integer"},
            "output_tokens": {"type": "integer"},
            "cost": nullable({"type": "number", "description": "In cents, where it is known."}),
        }
    )
)
REUSED = shape(
    {
        "node_exec_id": {**TEXT, "format": "uuid"},
        "node_id": TEXT,
        "node_title": TEXT,
        "reused_from": {**TEXT, "format": "uuid"},
    }
)
EVENTS = shape(
    {
        "next": nullable({**TEXT, "format": "uri"}),
        "previous": nullable({**TEXT, "format": "uri"}),
        "results": listed(
            shape(
                {
                    "seq": {"type": "integer"},
                    "type": TEXT,
                    "created": {**MOMENT, "nullable": False},
                    "data": JSON_OBJECT,
                }
            )
        ),
    }
)
