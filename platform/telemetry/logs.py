"""What a log line looks like: JSON for machines, or a line of text for people.

Everything logs with the standard library, ours and what others wrote alike; structlog makes the
lines. Each says what it belongs to (`context`) and tells no secret (`redaction`).
"""

import logging
import os
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

from telemetry import context, redaction

Shape = Literal["json", "console"]
SHAPES: tuple[Shape, ...] = ("json", "console")
LEFT_OUT = ("request", "color_message")  # extras of Django and uvicorn: an object, a second text
FIRST = ("timestamp", "level", "logger", "message")


def formatter(shape: Shape) -> logging.Formatter:
    """Return what makes a record the text of its line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            add_context,
            redact,
            *(_JSON if shape == "json" else _CONSOLE),
        ],
    )


def add_context(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add what the line belongs to; it never replaces what the line says of itself."""
    for name in LEFT_OUT:
        event.pop(name, None)
    for name, value in context.current().items():
        event.setdefault(name, value)
    event["pid"] = os.getpid()
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Leave out secrets, in the names and texts of the line at any depth."""
    found: EventDict = redaction.tree(event)
    return found


def in_order(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Put what every line has at its beginning."""
    return {**{name: event[name] for name in FIRST if name in event}, **event}


def storable(_logger: Any, _method: str, line: str) -> str:
    """Return the line as text that any stream takes: half characters come out escaped."""
    return line.encode("utf-8", "backslashreplace").decode()


_JSON: list[Processor] = [
    structlog.processors.EventRenamer("message"),
    in_order,
    structlog.processors.JSONRenderer(),
]
_CONSOLE: list[Any] = [
    structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    ),
    storable,
]
