"""Clients that speak with API keys of chosen scopes."""

from datetime import datetime
from typing import Any

from django.test import Client

from accounts.models import User
from apikeys.models import ApiKey
from apikeys.services import create
from kernel.access import ALL_SCOPES, Scope

IDENTITY = (Scope.IDENTITY,)


class Holder:
    """Somebody with a key's text, and nothing else."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.client = Client(headers={"X-API-Key": text})

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status of the answer below ``/api/v1/``, and what is in it."""
        answer = getattr(self.client, method)(f"/api/v1/{path}", body, "application/json")
        return answer.status_code, answer.json() if answer.content else None

    def refusal(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Return the status and the code of a refusal."""
        status, content = self.ask(method, path, body)
        return status, content["code"]

    @property
    def comes_in(self) -> bool:
        """Whether the key opens anything: any key may ask for flags."""
        status = self.client.get("/api/v1/flags/").status_code
        assert status in {200, 401}
        return status == 200


def key(
    user: User,
    *scopes: Scope,
    name: str = "script",
    expires_at: datetime | None = None,
    by: ApiKey | None = None,
) -> tuple[ApiKey, Holder]:
    """Return a new key of the user with the scopes, all of them where none is named."""
    issued = create(user, name=name, scopes=scopes or ALL_SCOPES, expires_at=expires_at, by=by)
    return issued.key, Holder(issued.text)
