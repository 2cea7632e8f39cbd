"""Typed pins: a block's inputs and outputs are two pydantic models.

A field is a pin. Its name is the pin's name; where that name would hide something of Python's
(``list``, ``format``), the field has another name and ``pin(name="list")`` says the pin's.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NewType, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from blocks.sdk.errors import InvalidPins

PinName = NewType("PinName", str)


def pin(
    default: Any = PydanticUndefined,
    *,
    default_factory: Any = None,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    placeholder: str | None = None,
    advanced: bool = False,
    hidden: bool = False,
    secret: bool = False,
) -> Any:
    """Return a field that is a pin, with what the editor should know about it.

    ``advanced`` pins are folded away, ``hidden`` ones are filled by the platform, ``secret``
    ones never leave in exports. A pin without default is required.
    """
    extra: dict[str, Any] = {"advanced": advanced}
    extra |= {"hidden": True} if hidden else {}
    extra |= {"secret": True} if secret else {}
    extra |= {"placeholder": placeholder} if placeholder else {}
    options: dict[str, Any] = {
        "title": title,
        "description": description,
        "json_schema_extra": extra,
        "validation_alias": name,
        "serialization_alias": name,
    }
    if default_factory is not None:
        return Field(default_factory=default_factory, **options)
    return Field(default, **options)


class Pins(BaseModel):
    """The pins on one side of a block."""

    model_config = ConfigDict(
        allow_inf_nan=False,
        extra="ignore",
        protected_namespaces=(),
        validate_by_alias=True,
        validate_by_name=True,
        validate_default=False,
    )

    @classmethod
    @cache
    def pins(cls) -> Mapping[PinName, FieldInfo]:
        """Return each pin's field by the pin's name, in the order of declaration."""
        return {_pin_name(field, info): info for field, info in cls.model_fields.items()}

    @classmethod
    @cache
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the pins, by pin name. Callers must not change it."""
        return cls.model_json_schema(by_alias=True)


class InputPins(Pins):
    """The inputs of a block."""

    @classmethod
    def build(cls, data: Mapping[str, Any]) -> Self:
        """Return the inputs that a run hands to the block: nulls count as not given.

        Raises InvalidPins with one sentence per pin that does not fit.
        """
        given = {name: value for name, value in data.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise InvalidPins(_problems(error)) from None


class OutputPins(Pins):
    """The outputs of a block: only the fields that a block sets are emitted.

    A default only lets a block leave a field out; it is never emitted.
    """

    @classmethod
    @cache
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the pins, by pin name. Callers must not change it."""
        schema = super().json_schema()
        properties = {
            name: {key: value for key, value in member.items() if key != "default"}
            for name, member in schema.get("properties", {}).items()
        }
        return {**schema, "properties": properties}

    def emissions(self) -> list[tuple[PinName, Any]]:
        """Return (pin, value) for each field that was set, in the order of declaration."""
        return [
            (_pin_name(field, info), getattr(self, field))
            for field, info in type(self).model_fields.items()
            if field in self.model_fields_set
        ]


def _pin_name(field: str, info: FieldInfo) -> PinName:
    return PinName(info.validation_alias if isinstance(info.validation_alias, str) else field)


def _problems(error: ValidationError) -> dict[str, str]:
    problems: dict[str, str] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        where, *inside = [str(part) for part in item["loc"]] or [""]
        sentence = "is required" if item["type"] == "missing" else item["msg"]
        problems.setdefault(where, f"at {'.'.join(inside)}: {sentence}" if inside else sentence)
    return problems
