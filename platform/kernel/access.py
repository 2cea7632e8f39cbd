"""What somebody may do, as far as their credentials go.

A person who signed in may do everything that the person may do. An API key may be allowed less:
its scopes, under the names that the AutoGPT Platform has for them. They travel with the user, in
``user.grant``, so that every question that gets the user also gets the limits.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """One thing that an API key may be allowed."""

    EXECUTE_GRAPH = "EXECUTE_GRAPH"
    READ_GRAPH = "READ_GRAPH"
    WRITE_GRAPH = "WRITE_GRAPH"
    EXECUTE_BLOCK = "EXECUTE_BLOCK"
    READ_BLOCK = "READ_BLOCK"
    READ_STORE = "READ_STORE"
    WRITE_LIBRARY = "WRITE_LIBRARY"
    USE_TOOLS = "USE_TOOLS"
    READ_INTEGRATIONS = "READ_INTEGRATIONS"
    MANAGE_INTEGRATIONS = "MANAGE_INTEGRATIONS"
    DELETE_INTEGRATIONS = "DELETE_INTEGRATIONS"
    IDENTITY = "IDENTITY"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class Grant:
    """What a key allows whoever holds it."""

    scopes: frozenset[Scope]


def grant_of(user: Any) -> Grant | None:
    """Return what limits the user's credentials; None for those of the person itself."""
    grant: Grant | None = getattr(user, "grant", None)
    return grant


def scopes_of(user: Any) -> frozenset[Scope]:
    """Return everything that the user may do; nothing for a stranger."""
    if user is None or not user.is_authenticated:
        return frozenset()
    grant = grant_of(user)
    return ALL_SCOPES if grant is None else grant.scopes


def may(user: Any, scope: Scope) -> bool:
    """Return whether the user, with these credentials, may do this."""
    return scope in scopes_of(user)
