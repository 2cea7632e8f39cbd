"""What the code is busy with: the fields of each log line, and the request that is being answered.

Named fields (``request_id``, ``task_id``) are structlog's context variables: each request, task and
coroutine has its own. What would cost something to name, or is bound for each node execution, says
its fields only when a line is written: see `about`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest
from structlog.contextvars import clear_contextvars, get_contextvars

Fields = Mapping[str, str]
Describe = Callable[[], Fields]

_subject: ContextVar[Describe | None] = ContextVar("log_subject", default=None)
_request: ContextVar[HttpRequest | None] = ContextVar("log_request", default=None)


def current() -> dict[str, Any]:
    """Return the fields that a line has which is logged here."""
    request, describe = _request.get(), _subject.get()
    return {
        **get_contextvars(),
        **(_of_request(request) if request is not None else {}),
        **(describe() if describe is not None else {}),
    }


@contextmanager
def about(describe: Describe) -> Iterator[None]:
    """Add the fields that ``describe`` returns, asked for by each line of a ``with`` block."""
    token = _subject.set(describe)
    try:
        yield
    finally:
        _subject.reset(token)


def begin(request: HttpRequest) -> None:
    """This request is being answered, until `clear`."""
    _request.set(request)


def request() -> HttpRequest | None:
    """Return the request that is being answered here, if one is."""
    return _request.get()


def clear() -> None:
    """Forget everything."""
    clear_contextvars()
    _request.set(None)
    _subject.set(None)


def user_id(request: HttpRequest) -> Any:
    """Return the primary key of who asks, as far as that is known without asking the database."""
    user = request.__dict__.get("user")  # Django's is lazy; REST framework puts the real one
    if not hasattr(type(user), "is_authenticated"):
        user = getattr(request, "_cached_user", None)  # of the session, once somebody asked
    return getattr(user, "pk", None)


def address(request: HttpRequest) -> str | None:
    """Return from where the request came; None for a socket in a directory."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def _of_request(request: HttpRequest) -> Fields:
    found = user_id(request)
    return {} if found is None else {"user_id": str(found)}
