"""Which refusal an exception stands for: ours, DRF's, Django's and the database's."""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from django.conf import settings
from django.core import exceptions as django
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.settings import api_settings

from kernel.api.problems import Refusal
from kernel.errors import Conflict, Detail, NotFound, TrellisError

EVERYWHERE = "MAX_REQUEST_BYTES"  # the variable that limits the bodies of all requests


class BadRequest(TrellisError):
    """The request cannot be read."""

    code = "bad_request"


class HostNotAllowed(TrellisError):
    """This host name is not served here. ALLOWED_HOSTS lists the names that are."""

    code = "host_not_allowed"


class InvalidValue(TrellisError):
    """A value cannot be stored: a number out of range, or text that is not Unicode."""

    code = "invalid_value"


class TooLarge(TrellisError):
    """The request's body is too large."""

    code = "too_large"
    status = 413


class PermissionDenied(TrellisError):
    """You may not do this."""

    code = "permission_denied"
    status = 403


class InternalError(TrellisError):
    """Something went wrong in Trellis. Its log has the details, under the request's id."""

    code = "internal_error"
    status = 500


class Unavailable(TrellisError):
    """The database does not answer. Try again in a moment."""

    code = "unavailable"
    status = 503


def too_large(limit: float | None = None, variable: str = EVERYWHERE) -> TooLarge:
    """Return the refusal of a body beyond the limit, by default of all requests, with its variable."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if limit is None else limit
    return TooLarge(
        f"The request's body is larger than {limit:.0f} bytes. Send less, or raise {variable}."
    )


@singledispatch
def refusal_of(exc: Exception) -> Refusal | None:
    """Return what to tell the caller, or None where the exception is a fault of ours."""
    return None


@refusal_of.register
def _(exc: TrellisError) -> Refusal:
    return Refusal.of(exc)


@refusal_of.register
def _(exc: drf.APIException) -> Refusal:
    detail: Any = exc.detail
    if isinstance(detail, dict):  # simplejwt says {"detail", "code", "messages"}
        text, code = detail.get("detail", exc.default_detail), detail.get("code", exc.default_code)
    else:
        text, code = detail, getattr(detail, "code", None) or exc.default_code
    return Refusal(exc.status_code, str(code), str(text))


@refusal_of.register
def _(exc: drf.Throttled) -> Refusal:
    wait: float | None = getattr(exc, "wait", None)
    headers = {} if wait is None else {"Retry-After": f"{wait:.0f}"}
    return Refusal(exc.status_code, exc.default_code, str(exc.detail), headers=headers)


@refusal_of.register
def _(exc: drf.ValidationError) -> Refusal:
    return invalid(exc.status_code, exc.detail)


@refusal_of.register
def _(exc: django.ValidationError) -> Refusal:
    return invalid(400, get_error_detail(exc))


@refusal_of.register
def _(exc: Http404) -> Refusal:
    [message] = exc.args or ("",)
    return Refusal.of(NotFound(message if isinstance(message, str) else ""))


@refusal_of.register
def _(exc: django.PermissionDenied) -> Refusal:
    return Refusal.of(PermissionDenied(str(exc)))


@refusal_of.register
def _(exc: django.RequestDataTooBig) -> Refusal:
    return Refusal.of(too_large())


@refusal_of.register
def _(exc: django.DisallowedHost) -> Refusal:
    return Refusal.of(HostNotAllowed())


@refusal_of.register(django.SuspiciousOperation)
@refusal_of.register(django.BadRequest)
def _(exc: Exception) -> Refusal:
    return Refusal.of(BadRequest())


@refusal_of.register
def _(exc: DataError) -> Refusal:
    return Refusal.of(InvalidValue())


@refusal_of.register
def _(exc: UnicodeEncodeError) -> Refusal | None:
    # Half of a surrogate pair comes through JSON, but no driver can write it as UTF-8.
    return Refusal.of(InvalidValue()) if exc.reason == "surrogates not allowed" else None


@refusal_of.register
def _(exc: IntegrityError) -> Refusal:
    return Refusal.of(Conflict("Someone else changed this at the same time. Look, and try again."))


@refusal_of.register(OperationalError)
@refusal_of.register(InterfaceError)
def _(exc: Exception) -> Refusal:
    return Refusal.of(Unavailable(), **{"Retry-After": "5"})


def invalid(status: int, detail: Any) -> Refusal:
    """Return the refusal of values that do not validate, one error for each."""
    errors = tuple(flatten(detail))
    first = errors[0] if errors else Detail("invalid", "What was sent is not valid.")
    sentence = f"`{first.attr}`: {first.detail}" if first.attr else first.detail
    if len(errors) > 1:
        sentence += f" In all there are {len(errors)} problems: see `errors`."
    return Refusal(status, "invalid", sentence, errors)


def flatten(detail: Any, path: tuple[str, ...] = ()) -> Iterator[Detail]:
    """Yield the leaves of DRF's nested error detail, each with its dotted path."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            own = key in {api_settings.NON_FIELD_ERRORS_KEY, django.NON_FIELD_ERRORS}
            yield from flatten(value, path if own else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            leaf = isinstance(value, str)
            yield from flatten(value, path if leaf else (*path, str(index)))
    else:
        code = getattr(detail, "code", None) or "invalid"
        yield Detail(code, str(detail), attr=".".join(path) or None)
