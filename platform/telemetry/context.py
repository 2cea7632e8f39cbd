"""What the code is busy with, for the log: ``request_id``, ``task_id`` and whatever else is bound.

A context variable: each request, task and coroutine has its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import MappingProxyType

Fields = Mapping[str, str]
NOTHING: Fields = MappingProxyType({})

_fields: ContextVar[Fields] = ContextVar("log_fields", default=NOTHING)


def current() -> Fields:
    """Return the fields bound here, in the order in which they were bound."""
    return _fields.get()


def bind(**fields: str) -> Token[Fields]:
    """Add fields. Give the token to ``unbind`` when they no longer hold."""
    return _fields.set({**_fields.get(), **fields})


def unbind(token: Token[Fields]) -> None:
    """Take back what ``bind`` added."""
    _fields.reset(token)


def clear() -> None:
    """Take back everything."""
    _fields.set(NOTHING)


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Add fields for the length of a ``with`` block."""
    token = bind(**fields)
    try:
        yield
    finally:
        unbind(token)
