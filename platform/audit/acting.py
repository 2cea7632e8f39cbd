"""Who acts here: the person, with which credentials, from where, by which request."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from django.db import models
from django.http import HttpRequest

from telemetry import context


class Via(models.TextChoices):
    """By what somebody spoke."""

    SESSION = "session", "Browser"
    KEY = "key", "API key"
    TOKEN = "token", "Token"
    NOBODY = "nobody", "Nobody who signed in"
    SYSTEM = "system", "The system or its command line"


@dataclass(frozen=True)
class Credentials:
    """What a request brought: which kind, and which one, never its secret."""

    via: Via
    id: str = ""
    label: str = ""


@dataclass(frozen=True)
class Actor:
    """Who acts. ``user_id`` is None where nobody has signed in, or no person asked."""

    credentials: Credentials
    user_id: Any = None
    address: str | None = None
    request_id: str = ""


@singledispatch
def credentials_of(_auth: object) -> Credentials:
    """Return what REST framework's ``request.auth`` stands for; apps register their kinds."""
    return Credentials(Via.TOKEN)


@credentials_of.register
def _session(_auth: None) -> Credentials:
    return Credentials(Via.SESSION)


def actor(request: HttpRequest | None = None) -> Actor:
    """Return who acts by a request, by default the one that is being answered."""
    request = request or context.request()
    if request is None:
        return Actor(Credentials(Via.SYSTEM))
    user_id = context.user_id(request)
    return Actor(
        Credentials(Via.NOBODY)
        if user_id is None
        else credentials_of(getattr(request, "auth", None)),
        user_id=user_id,
        address=context.address(request),
        request_id=getattr(request, "request_id", ""),
    )
