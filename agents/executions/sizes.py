"""How large a value from outside may be."""

from typing import Any

from django.conf import settings

from kernel.errors import TrellisError
from kernel.jsontypes import dumps


class ValueTooLarge(TrellisError):
    """The value is larger than one value may be."""

    code = "value_too_large"
    status = 413


def check_size(value: Any) -> None:
    """Raise ValueTooLarge where the JSON value is larger than what a block may emit."""
    size, most = len(dumps(value)), settings.EXECUTIONS["max_value_bytes"]
    if size > most:
        raise ValueTooLarge(f"The value has {size:,} bytes; {most:,} are allowed.")
