"""What a block hands out, as JSON that can be kept; and its failures, as code and sentence."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from agents.engine.policy import Fault
from blocks.sdk import BlockError, PinName, TransientBlockError
from kernel.errors import TrellisError
from kernel.jsontypes import NotJSON, check_depth, dumps


class BadOutput(BlockError):
    """The block emitted something that is not JSON."""

    code = "output_not_json"


class ValueTooLarge(BlockError):
    """The block emitted more than one value may hold."""

    code = "value_too_large"


class OutOfMemory(BlockError):
    """The block needed more memory than it may have."""

    code = "out_of_memory"


class EmittedError(BlockError):
    """The block emitted a value on its ``error`` pin, which ends it."""

    code = "block_failed"


def emission_value(pin: PinName, value: Any, *, max_bytes: int | None = None) -> Any:
    """Return the emitted value as JSON.

    Raises BadOutput for NaN, infinity and what has no JSON form, and for a pin that no text can
    name; ValueTooLarge over ``max_bytes`` of JSON text; EmittedError where the pin is ``error``.
    """
    if pin == "error":
        raise EmittedError(str(value))
    if not _is_text(pin):
        raise BadOutput(
            f"The value on pin {pin!r} cannot be kept, because the pin's name has a null character "
            "or half of a surrogate pair. Rename the output of the agent that it comes from."
        )
    try:
        plain = to_jsonable_python(value)
        check_depth(plain)
        size = len(dumps(plain))
    except (NotJSON, PydanticSerializationError, ValueError, RecursionError) as error:
        raise BadOutput(f"The value on pin `{pin}` cannot be kept: {error}") from None
    if max_bytes is not None and size > max_bytes:
        raise ValueTooLarge(
            f"The value on pin `{pin}` has {size:,} bytes; {max_bytes:,} are allowed."
        )
    return plain


def _is_text(name: str) -> bool:
    """Return whether a database can keep the name as text."""
    return "\x00" not in name and not any("\ud800" <= sign <= "\udfff" for sign in name)


def error_of(error: BaseException) -> tuple[str, str]:
    """Return the stable code and the sentence that go out on the ``error`` pin."""
    if isinstance(error, BlockError):
        return error.code, str(error) or type(error).__name__
    if isinstance(error, TrellisError):
        return error.code, error.message
    if isinstance(error, ValidationError):
        return BadOutput.code, f"The block's output does not fit its pins: {error}"
    if isinstance(error, MemoryError):
        return OutOfMemory.code, str(error) or str(OutOfMemory.__doc__)
    return BlockError.code, str(error) or type(error).__name__


def fault_of(error: BaseException) -> Fault:
    """Return why a try failed, and whether its block says that another one can help."""
    if isinstance(error, TransientBlockError):
        return Fault(*error_of(error), transient=True, retry_after=error.retry_after)
    return Fault(*error_of(error))
