"""The one way out: a guarded HTTP client for everything that leaves the process.

``Client`` and ``AsyncClient`` are httpx clients, so a library that takes one of httpx's can be
given ours. What they refuse, and why: ``docs/decisions/``, "One guarded way out".
"""

from egress.aio import AsyncClient, AsyncGuardedTransport
from egress.client import Client
from egress.errors import (
    AddressRefused,
    AnswerTooLarge,
    AnswerUnreadable,
    ConnectionFailed,
    EgressError,
    HostNotFound,
    RequestStopped,
    RequestTimedOut,
    TooManyRedirects,
    UrlRefused,
)
from egress.limits import Limits
from egress.mail import MailRefused, MailServer
from egress.policy import Policy
from egress.transport import GuardedTransport

__all__ = [
    "AddressRefused",
    "AnswerTooLarge",
    "AnswerUnreadable",
    "AsyncClient",
    "AsyncGuardedTransport",
    "Client",
    "ConnectionFailed",
    "EgressError",
    "GuardedTransport",
    "HostNotFound",
    "Limits",
    "MailRefused",
    "MailServer",
    "Policy",
    "RequestStopped",
    "RequestTimedOut",
    "TooManyRedirects",
    "UrlRefused",
]
