"""The part of a form that asks for values to be kept: none is required, and secrets that are left out stay."""

from collections.abc import Mapping
from typing import Any

from agents.graphs.models import GraphVersion
from webui.forms.fields import SecretField
from webui.forms.inputs import EVERYTHING, StartForm


class KeptInputsForm(StartForm):
    """An agent's inputs and credentials, as far as somebody wants to keep them."""

    def __init__(
        self,
        version: GraphVersion,
        *args: Any,
        values: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(version, *args, values=values, credentials=credentials, **kw)
        self.kept = dict(values or {})
        for field in self.fields.values():
            field.required = False

    def inputs(self) -> dict[str, Any]:
        """Return the values of a valid form, with secrets that were kept and not typed anew."""
        given = super().inputs()
        if EVERYTHING in self.fields:
            return given
        secret = {
            name
            for field, name in self.names.items()
            if isinstance(self.fields[field], SecretField)
        }
        left = {name: self.kept[name] for name in secret & self.kept.keys() - given.keys()}
        return {**given, **left}
