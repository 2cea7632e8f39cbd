"""What the OpenAPI file says of every operation."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from kernel.api.problems import CONTENT_TYPE

TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; docs/errors.md explains each.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "instance": TEXT,
        "request_id": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "code": TEXT,
                    "detail": TEXT,
                    "attr": {**TEXT, "description": "Where in the body, dotted."},
                    "node_id": TEXT,
                    "link_id": TEXT,
                    "pin": TEXT,
                },
                "required": ["code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}


class Schema(AutoSchema):
    """Tags operations by app, and adds the one problem response to each."""

    def get_tags(self) -> list[str]:
        """Return the app's name: ``agents.graphs.api.views`` is tagged ``graphs``."""
        package, _, _ = type(self.view).__module__.partition(".api.")
        return [package.rpartition(".")[2]]

    def get_operation_id(self) -> str:
        """Return the usual name; where a POST goes to `…/{version}/`, with that in it."""
        name = super().get_operation_id()
        if self.method == "POST" and self.path.endswith("}/"):
            return f"{name}_by_{self.path.rpartition('{')[2].removesuffix('}/')}"
        return name

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["responses"]["default"] = self._problem_response()
        return operation

    def _problem_response(self) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        return {
            "description": "The request was refused.",
            "content": {CONTENT_TYPE: {"schema": component.ref}},
        }
