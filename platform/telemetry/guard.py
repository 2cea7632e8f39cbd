"""Who may read the figures: whoever has the token, or asks from a network that is allowed to.

Nobody by default: the instance makes a token that only its own machine can read. An address on
the same machine proves nothing, because a proxy that serves the internet has it too.
"""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")  # a proxy stands between us


def may_read(request: HttpRequest) -> bool:
    """Return whether the request carries the token, or comes directly from an allowed network."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # of a socket in a directory
        return False
    return any(address in network for network in settings.METRICS_NETWORKS)
