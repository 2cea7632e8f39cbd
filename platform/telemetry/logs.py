"""Log records that say what they belong to."""

import logging

from telemetry.context import current


class Line(logging.Formatter):
    """Formats a record as text that any stream takes: half characters come out escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).encode("utf-8", "backslashreplace").decode()


class ContextFilter(logging.Filter):
    """Gives each record ``context``: the bound fields as `` [request_id=… task_id=…]``, or ``""``.

    Each field is also an attribute of its own, for formatters that write JSON.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True: nothing is held back."""
        fields = current()
        for name, value in fields.items():
            record.__dict__.setdefault(name, value)
        words = " ".join(f"{name}={value}" for name, value in fields.items())
        record.context = f" [{words}]" if words else ""
        return True
