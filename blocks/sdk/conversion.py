"""Type conversion between pins, as the AutoGPT Platform does it.

What arrives on a pin is bent to the pin's annotated type before it is validated:

* to list: tuple and set become lists, an object its [key, value] pairs, text in brackets is read
  as JSON, anything else is wrapped in a list.
* to dict: text is read as JSON, a list becomes {0: first, …}, anything else {"value": it}.
* to str: anything but text becomes its JSON text.
* to int and float: a container becomes its length, text its number, and 0 where it has none.
  Whole numbers keep every digit on an int pin; what no number can hold is an error.
* to bool: "true" and "1" are true, other text false, anything else its truth.
* to a union: a value that fits a member stays; else the first member whose conversion succeeds.

Other types (enums, literals, models, dates) are left to validation.
"""

import json
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from blocks.sdk.errors import InvalidPins
from blocks.sdk.pins import InputPins
from kernel.jsontypes import NotJSON, loads


class ConversionError(ValueError):
    """The value has no counterpart of the wanted type."""


def convert_inputs(pins: type[InputPins], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with each present, non-null pin value converted to its pin's type.

    Keys that are no pins, and null values, stay as they are. Raises InvalidPins with every pin
    whose value has no counterpart of its type.
    """
    fields: dict[str, FieldInfo] = {str(name): field for name, field in pins.pins().items()}
    converted: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in data.items():
        try:
            field = None if value is None else fields.get(name)
            converted[name] = convert(value, field.annotation) if field else value
        except ConversionError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidPins(problems)
    return converted


def convert(value: Any, target: Any) -> Any:
    """Return the value converted to the target annotation; see the module's table."""
    origin = get_origin(target) or target
    arguments = get_args(target)
    if origin is Annotated:
        return convert(value, arguments[0])
    if origin in (Union, types.UnionType):
        return _to_union(value, arguments)
    if origin is list:
        return _elements(_to_list(value), arguments)
    if origin is tuple or origin is set:
        return origin(_elements(_to_list(value), arguments[:1]))
    if origin is dict or origin is Mapping:
        return _entries(_to_dict(value), arguments)
    if isinstance(origin, type) and issubclass(origin, str) and not _is_enum(origin):
        return value if isinstance(value, str) else _to_text(value)
    if origin is bool:
        return value if isinstance(value, bool) else _to_bool(value)
    if origin is int:
        return value if isinstance(value, int) else _to_whole_number(value)
    if origin is float:
        return value if isinstance(value, float) else _to_number(value)
    return value


def _is_enum(kind: type) -> bool:
    return hasattr(kind, "__members__")


def _elements(value: list[Any], arguments: tuple[Any, ...]) -> list[Any]:
    return [convert(item, arguments[0]) for item in value] if arguments else value


def _entries(value: dict[Any, Any], arguments: tuple[Any, ...]) -> dict[Any, Any]:
    if len(arguments) != 2:
        return value
    keys, values = arguments
    return {convert(key, keys): convert(item, values) for key, item in value.items()}


def _to_list(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set):
        return list(value)
    if isinstance(value, dict):
        return [[key, item] for key, item in value.items()]
    if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
        try:
            parsed = loads(value)
        except NotJSON:
            return [value]
        return parsed if isinstance(parsed, list) else [value]
    return [value]


def _to_dict(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple):
        return {str(index): item for index, item in enumerate(value)}
    if isinstance(value, str):
        try:
            parsed = loads(value)
        except NotJSON:
            return {"value": value}
        return parsed if isinstance(parsed, dict) else {"value": parsed}
    return {"value": value}


def _to_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConversionError(f"The value has no JSON text: {error}") from None


def _to_whole_number(value: Any) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass  # "8.9" is 8, and text without a number is 0
    return int(_to_number(value))


def _to_number(value: Any) -> float:
    if isinstance(value, list | dict | tuple | set):
        return float(len(value))
    try:
        number = float(value)
    except (ValueError, TypeError):
        return 0.0
    except OverflowError:
        raise ConversionError("The whole number is too large for a decimal number") from None
    if math.isinf(number) and any(sign.isdigit() for sign in str(value)):
        raise ConversionError("The number in the text is too large")
    return number if math.isfinite(number) else 0.0


def _to_bool(value: Any) -> bool:
    return value.lower() in ("true", "1") if isinstance(value, str) else bool(value)


def _to_union(value: Any, members: tuple[Any, ...]) -> Any:
    if value is None and types.NoneType in members:
        return None
    members = tuple(member for member in members if member is not types.NoneType)
    if any(_fits(value, member) for member in members):
        return value
    for member in members:
        try:
            converted = convert(value, member)
        except ValueError:
            continue
        if _fits(converted, member):
            return converted
    return value


def _fits(value: Any, member: Any) -> bool:
    if member is int and isinstance(value, bool):
        return True  # as Python sees it; strict validation does not
    try:
        _adapter(member).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@cache
def _adapter(member: Any) -> TypeAdapter[Any]:
    return TypeAdapter(member)
