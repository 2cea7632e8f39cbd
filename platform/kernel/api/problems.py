"""One shape for every refusal: RFC 9457 ``application/problem+json``.

    {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid",
     "detail": "`name`: This field is required.", "instance": "/api/v1/graphs/",
     "request_id": "…", "errors": [{"code": "required", "detail": "…", "attr": "name"}]}

``code`` never changes once released; ``docs/errors.md`` lists every one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from kernel.api.json import JSONRenderer
from kernel.errors import Detail, TrellisError

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Refusal:
    """What a problem says, before it knows which request it answers."""

    status: int
    code: str
    detail: str
    errors: tuple[Detail, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: TrellisError, **headers: str) -> "Refusal":
        """Return the refusal that one of our own errors stands for."""
        told = {**error.headers, **headers}
        return cls(error.status, error.code, error.message, error.errors, told, error.members)

    def as_json(self, *, instance: str = "", request_id: str = "") -> dict[str, Any]:
        """Return the problem document; ``instance`` and ``request_id`` only where known."""
        known = {"instance": instance, "request_id": request_id}
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **{key: value for key, value in known.items() if value},
            "errors": [error.as_json() for error in self.errors],
            **self.members,
        }


class Problem(HttpResponse):
    """A refusal as a response. Already rendered: no negotiated renderer can spoil it."""

    def __init__(self, refusal: Refusal, request: HttpRequest | None = None) -> None:
        self.data = refusal.as_json(
            instance=request.path if request else "",
            request_id=getattr(request, "request_id", ""),
        )
        super().__init__(
            JSONRenderer().render(self.data),
            status=refusal.status,
            content_type=CONTENT_TYPE,
            headers=dict(refusal.headers),
        )
