"""Who may use an address of the API: each view says so, and one that does not is closed.

A view has a table, by action for viewsets and by method for others:

    access = {"list": needs(Scope.READ_GRAPH), "stop": needs(Scope.EXECUTE_GRAPH)}

`DeclaredAccess` is the one permission class. It looks into that table, so a new view without one
answers nobody. Rows are chosen by ``visible_to``, which asks for scopes once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kernel.access import Scope, grant_of, scopes_of
from kernel.errors import TrellisError


class AccessNotDeclared(TrellisError):
    """Nobody has said who may use this address, so nobody may."""

    code = "access_not_declared"
    status = 403


class MissingScope(TrellisError):
    """This API key may not do this."""

    code = "missing_scope"
    status = 403


class PeopleOnly(TrellisError):
    """API keys cannot do this. Sign in."""

    code = "people_only"
    status = 403


class RoleRequired(TrellisError):
    """You may not do this: it takes a role that you do not have."""

    code = "role_required"
    status = 403


@dataclass(frozen=True)
class Access:
    """Who may come in."""

    scopes: frozenset[Scope] = frozenset()  # a key must have all of these
    strangers: bool = False  # also who has not signed in
    keys: bool = True  # also API keys
    role: Callable[[Any], bool] | None = None  # who of the people

    def check(self, user: Any) -> None:
        """Return where the user may come in. Raises NotAuthenticated or what is missing."""
        if self.strangers:
            return
        if not user or not user.is_authenticated:
            raise NotAuthenticated
        if not self.keys and grant_of(user) is not None:
            raise PeopleOnly
        if missing := sorted(self.scopes - scopes_of(user)):
            names = " and ".join(f"`{scope}`" for scope in missing)
            raise MissingScope(f"This API key lacks the scope {names}. Use one that has it.")
        if self.role is not None and not self.role(user):
            raise RoleRequired


def needs(*scopes: Scope) -> Access:
    """Return: people who signed in, and keys with all of these scopes."""
    return Access(frozenset(scopes))


def only(role: Callable[[Any], bool]) -> Access:
    """Return: people with this role, and no keys."""
    return Access(keys=False, role=role)


ANYONE = Access(strangers=True)
SIGNED_IN = Access()  # keys too, whatever their scopes
PEOPLE = Access(keys=False)

Table = Mapping[str, Access]


class DeclaredAccess(BasePermission):
    """Lets in whom the view's table lets in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True. Raises what the caller is told."""
        _declared(request, view).check(request.user)
        return True


def _declared(request: Request, view: Any) -> Access:
    """Return what the view says of the request. Raises AccessNotDeclared."""
    table: Table = getattr(view, "access", {})
    method = str(request.method).lower()
    if method == "options" or not hasattr(view, method):
        # It says what the address is, or that it does not understand the method: that much may be
        # known by all who can know that there is an address.
        return ANYONE if ANYONE in table.values() else SIGNED_IN
    key = getattr(view, "action", None) or ("get" if method == "head" else method)
    if key not in table:
        raise AccessNotDeclared
    return table[key]
