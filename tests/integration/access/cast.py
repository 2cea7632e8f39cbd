"""Who asks: the owner, others, nobody, and the owner's keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.roles import MODERATORS
from apikeys import services as keys
from kernel.access import Scope
from tests.factories.accounts import UserFactory


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials. ``role`` is a column of docs/access.md; keys have scopes."""

    name: str
    role: str | None = None
    scopes: frozenset[Scope] = frozenset()
    cookie: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    # One for all: each new one would build the middleware again.
    client: Client = field(default=Client(raise_request_exception=False), repr=False)

    def ask(self, method: str, address: str) -> Any:
        """Return the answer to a request without content. What the request changed is undone."""
        cookies = {settings.SESSION_COOKIE_NAME: self.cookie} if self.cookie else {}
        self.client.cookies = SimpleCookie(cookies)
        is_api = address.startswith("/api/")
        sent: dict[str, Any] = {"data": "{}" if is_api else "", "headers": dict(self.headers)}
        sent["content_type"] = "application/json" if is_api else "application/x-www-form-urlencoded"
        with transaction.atomic():
            answer = self.client.generic(method, address, **sent)
            transaction.set_rollback(True)
        return answer


@dataclass(frozen=True)
class Cast:
    """Everybody who asks: people, and the owner's keys by their scopes."""

    people: list[Caller]
    keys: dict[frozenset[Scope], Caller]

    def key(self, scopes: Iterable[Scope]) -> Caller:
        return self.keys[frozenset(scopes)]


def the_cast(owner: User, combinations: Iterable[frozenset[Scope]]) -> Cast:
    """Return the people, and keys with each scope, without any, and with the combinations."""
    staff = UserFactory.create(username="staff", is_staff=True)
    moderator = UserFactory.create(username="moderator")
    moderator.groups.add(Group.objects.get_or_create(name=MODERATORS)[0])
    people = [
        _person("Owner", owner),
        _person("Other", UserFactory.create(username="other")),
        Caller("Anonymous", "Anonymous"),
        _person("Staff", staff),
        _person("Moderator", moderator),
    ]
    single = (frozenset({scope}) for scope in Scope)
    wanted = {frozenset[Scope](), frozenset(Scope), *single, *combinations}
    return Cast(people, {scopes: _key(owner, scopes) for scopes in sorted(wanted, key=sorted)})


def _person(role: str, user: User) -> Caller:
    client = Client()
    client.force_login(user)
    return Caller(role, role, cookie=client.cookies[settings.SESSION_COOKIE_NAME].value)


def _key(owner: User, scopes: frozenset[Scope]) -> Caller:
    name = " + ".join(sorted(scopes)) or "no scope"
    text = keys.create(owner, name=name[:60], scopes=scopes).text
    return Caller(f"a key with {name}", scopes=scopes, headers=(("X-API-Key", text),))
