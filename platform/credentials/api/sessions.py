"""Which browser connects an account, and where the provider sends it back to."""

from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request

CALLBACK = "webui:credentials-callback"
NO_BROWSER = "token"


def session_of(request: Request | HttpRequest) -> str:
    """Return what names the browser's session.

    A request with a token has none: its state is the person's, and no browser sends it by itself.
    """
    by_token = isinstance(request, Request) and request.auth is not None
    key = None if by_token else request.session.session_key
    return f"session:{key}" if key else NO_BROWSER


def redirect_uri(request: Request | HttpRequest) -> str:
    """Return the one address of this instance to which providers may send browsers back."""
    return str(request.build_absolute_uri(reverse(CALLBACK)))
