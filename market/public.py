"""Answers that are the same for everybody: kept by caches, and asked about anew each time.

An ETag is the digest of what is sent, so a decision is seen at once by whoever asks, and who has
the same already is told so in few bytes. Nothing in such an answer depends on who asks: a view of
this kind has no user, and pages for people who signed in go another way.
"""

import hashlib
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

PUBLIC = "public, no-cache"  # keep it, and ask each time whether it still holds
PRIVATE = "private, no-store"


def conditional(request: HttpRequest, response: Any, *, control: str = PUBLIC) -> HttpResponseBase:
    """Return the answer with its ETag, or 304 where the caller has the same one."""
    if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
        return response  # type: ignore[no-any-return]
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = control
    answer: Any = get_conditional_response(request, etag=etag, response=response)
    return answer  # type: ignore[no-any-return]


def for_one(response: HttpResponseBase) -> HttpResponseBase:
    """Return an answer that is made for whoever signed in, and kept by nobody."""
    response["Cache-Control"] = PRIVATE
    patch_vary_headers(response, ["Cookie"])
    return response
