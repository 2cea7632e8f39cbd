"""What a request keeps when it is sent on to another place."""

import httpx

from egress.errors import AnswerUnreadable, TooManyRedirects
from egress.limits import Limits
from egress.targets import target_of

KEPT_ELSEWHERE = frozenset(
    {
        "accept",
        "accept-language",
        "content-language",
        "content-length",
        "content-type",
        "transfer-encoding",
        "user-agent",
    }
)
"""The headers that go to another origin too. A list of what is safe: nobody can list all names
under which secrets are sent."""


def next_hop(request: httpx.Request, following: httpx.Request) -> tuple[httpx.Request, bool]:
    """Return the next request, and whether it goes to the same origin.

    Elsewhere it has no header that could be a secret: no Authorization, no cookie, no key.
    """
    same = target_of(request.url) == target_of(following.url)
    if not same:
        for name in set(following.headers) - KEPT_ELSEWHERE:
            del following.headers[name]
    return following, same


def check_count(hops: int, limits: Limits) -> None:
    """Raise TooManyRedirects where the request was sent on once too often."""
    if hops > limits.max_redirects:
        raise TooManyRedirects(
            f"The host sent the request on {hops} times; {limits.max_redirects} is the most."
            if limits.max_redirects
            else "The host sends the request on to another address, which is not followed here."
        )


def unreadable_redirect(error: Exception) -> AnswerUnreadable:
    """Return what to raise where httpx cannot read where an answer sends to."""
    return AnswerUnreadable(f"The host sends the request on to what is no address: {error}")
