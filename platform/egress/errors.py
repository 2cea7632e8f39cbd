"""Why a request did not go out, or its answer did not come in.

Each is a TrellisError with a stable code and an httpx.TransportError, so that libraries that were
given one of our clients handle it as they handle their own. No sentence tells more of an address
than its host and port: paths and queries hold secrets.

EgressError
├── UrlRefused           the address itself cannot be allowed
├── AddressRefused       the host is not on the public internet
├── HostNotFound         its name leads nowhere
├── ConnectionFailed     nobody answers, or the connection broke
├── RequestTimedOut      it took too long
├── RequestStopped       whoever asked does not want the answer any more
├── TooManyRedirects     it was sent on and on
├── AnswerTooLarge       the answer is larger than it may be
└── AnswerUnreadable     the answer is not HTTP, or not what its headers say
"""

from typing import ClassVar

import httpx

from kernel.errors import TrellisError


class EgressError(TrellisError, httpx.TransportError):
    """The request could not be made."""

    code = "egress_error"
    status = 400
    may_pass: ClassVar[bool] = False
    """Whether trying again can help."""


class UrlRefused(EgressError):
    """This address may not be asked for."""

    code = "url_refused"


class AddressRefused(EgressError):
    """The host is not on the public internet."""

    code = "address_refused"


class HostNotFound(EgressError):
    """The host's name leads nowhere."""

    code = "host_not_found"
    may_pass = True


class ConnectionFailed(EgressError):
    """The host does not answer."""

    code = "connection_failed"
    status = 502
    may_pass = True


class RequestTimedOut(EgressError, httpx.TimeoutException):
    """The host did not answer in time."""

    code = "request_timed_out"
    status = 504
    may_pass = True


class RequestStopped(EgressError):
    """The request was stopped before its answer was there."""

    code = "request_stopped"


class TooManyRedirects(EgressError):
    """The host sends on and on."""

    code = "too_many_redirects"


class AnswerTooLarge(EgressError):
    """The answer is larger than it may be."""

    code = "answer_too_large"


class AnswerUnreadable(EgressError):
    """The answer cannot be read."""

    code = "answer_unreadable"
    status = 502
