"""Who counts as a visitor, and how two visits of one are told from visits of two.

Nothing that names anybody is kept. A visitor is a digest under a key that is drawn anew each day and
then forgotten, so that nobody, not even who has the database and the instance's secret, finds out later
who it was, or whether it was the same one the day before.
"""

import hashlib
import hmac

from crawleruseragents import is_crawler
from django.http import HttpRequest

from quotas.policy import network_of

LONGEST_AGENT = 512
DIGITS = 32
# What browsers say of requests that nobody has asked for yet.
AHEAD = frozenset({"prefetch", "prerender", "preview"})
AHEAD_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_visit(request: HttpRequest) -> bool:
    """Return whether a person looks at this: no robot, no HEAD, and nothing fetched in advance."""
    return request.method == "GET" and not is_robot(request) and not is_ahead(request)


def is_robot(request: HttpRequest) -> bool:
    """Return whether a program says of itself that it is one; who says nothing is one too."""
    agent = request.headers.get("User-Agent", "").strip()[:LONGEST_AGENT]
    return not agent or is_crawler(agent)


def is_ahead(request: HttpRequest) -> bool:
    """Return whether the browser fetches this in case that somebody will want it."""
    said = " ".join(request.headers.get(name, "") for name in AHEAD_HEADERS).casefold()
    return any(word in said for word in AHEAD)


def digest(request: HttpRequest, key: bytes) -> str:
    """Return what stands for the visitor while the key lasts.

    That is the user, or the network that an address is of. What the browser calls itself is not looked
    at: who sends another name with each request would be a crowd.
    """
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        who = f"user {user.pk}"
    else:
        who = f"network {network_of(request.META.get('REMOTE_ADDR', ''))}"
    return hmac.new(key, who.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:DIGITS]
