"""The page of a refusal that comes before a request reaches Django: what is too large to be read."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template.loader import render_to_string

from kernel.errors import TrellisError
from webui.middleware import HEADER, STRICT, policy

# What the middleware says of pages that it sees.
HEADERS = {
    HEADER: policy(STRICT),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def refusal_page(error: TrellisError) -> HttpResponse:
    """Return the page. It is nobody's: who asks is not known yet."""
    context = {"explanation": error.message, "status": error.status, "user": AnonymousUser()}
    text = render_to_string("webui/unread.html", context)
    return HttpResponse(text, status=error.status, headers=HEADERS)
