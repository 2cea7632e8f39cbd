"""A small API, as an OpenAPI document."""

import json
from typing import Any

SERVER = "https://pets.example.org/v1"


def pets(title: str = "Pets", *, server: str = SERVER, **more: Any) -> dict[str, Any]:
    """Return a document with a list, a search, a new one, and one that is deleted."""
    pet = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "kind": {"type": "string", "enum": ["cat", "dog"]},
            "parent": {"$ref": "#/components/schemas/Pet"},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0"},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": {
            "/pets": {
                "get": {
                    "operationId": "listPets",
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": {"description": "All", "content": {"application/json": {
                        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}}}},
                },
                "post": {
                    "summary": "Add a pet",
                    "requestBody": {"required": True, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Pet"}}}},
                    "responses": {"201": {"description": "Made"}},
                },
            },
            "/pets/{id}": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "delete": {"responses": {"204": {"description": "Gone"}}},
            },
        },
        "components": {
            "schemas": {"Pet": pet},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Pet-Key"}},
        },
        **more,
    }  # fmt: skip


def document(title: str = "Pets", **more: Any) -> bytes:
    """Return the same as somebody sends it."""
    return json.dumps(pets(title, **more)).encode()
