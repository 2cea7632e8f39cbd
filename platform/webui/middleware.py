"""Response headers that tell browsers what a page may do."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

HEADER = "Content-Security-Policy"
# Scripts and styles come from this instance's own files only: a text that gets into a page as
# HTML by mistake still cannot run, load or send anything.
STRICT = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
    "object-src": "'none'",
}


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Sends the strict policy, unless the view has set one of its own."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault(HEADER, policy(STRICT))
        return response


class LeavingMiddleware(MiddlewareMixin):
    """Lets the answer to a form lead to another site: by a page that goes on there by itself.

    `form-action` holds browsers to this instance also where the answer to a form redirects, and
    that is how people get to the identity providers that they sign in with. A page that goes on is no
    answer of a form any more, so the policy can stay strict.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        address = response.headers.get("Location", "")
        host = urlsplit(address).netloc
        if request.method != "POST" or not 300 <= response.status_code < 400 or not host:
            return response
        if host == request.get_host() or request.path.startswith("/api/"):
            return response
        page = render(request, "webui/leaving.html", {"address": address, "host": host})
        page.cookies = response.cookies
        page["Cache-Control"] = "no-store"
        return page


def policy(directives: dict[str, str]) -> str:
    """Return the header's value for the directives."""
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())
