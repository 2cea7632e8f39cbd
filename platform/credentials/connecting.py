"""Connect an account at a provider: go there, come back, keep what it gave.

Who comes back must be who went (RFC 6749, 10.12): the state is bound to the browser's session and to
the person, and good once. The code is of no use without the verifier (PKCE), which never leaves.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from authlib.common.security import generate_token
from django.db import transaction

from accounts.models import User
from audit.actions import Action
from credentials import registry, services
from credentials.client import Client, Tokens
from credentials.discovery import Way, discover
from credentials.entering import LONGEST_USERNAME
from credentials.errors import InvalidCredentials, InvalidOAuthState
from credentials.hosts import host_of
from credentials.kinds import Kind
from credentials.models import LONGEST_TITLE, Credential, OAuthState
from credentials.provider import OAuth, Provider
from kernel.errors import Detail

STATE = 43  # characters
VERIFIER = 64
LONGEST_CODE = 4096


class Journey(NamedTuple):
    """Where somebody is to go, and what they bring back."""

    login_url: str
    state_token: str


def begin(
    owner: User,
    provider: str,
    *,
    scopes: Sequence[str] = (),
    session: str,
    redirect_uri: str,
    replaces: Credential | None = None,
    server_url: str = "",
) -> Journey:
    """Return where the person connects an account of the provider.

    ``session`` names the browser's session; ``replaces`` is a credential that is connected again;
    ``server_url`` says which server, of providers whose servers say themselves how that goes.
    Raises UnknownProvider, ProviderNotSetUp, ProviderUnavailable or InvalidCredentials.
    """
    declared = registry.get(provider)
    way = None
    if declared.discovers:
        way = discover(replaces.base_url if replaces else server_url, redirect_uri)
    client = Client(declared, redirect_uri, way=way)
    wanted = _wanted(declared, client.oauth, scopes)
    token, verifier = generate_token(STATE), generate_token(VERIFIER)
    state = OAuthState(
        owner=owner,
        digest=_digest(token),
        session=_digest(session),
        provider=declared.name,
        scopes=list(wanted),
        redirect_uri=redirect_uri,
        replaces=replaces,
    )
    state.put(verifier, way.as_json() if way else None)
    with transaction.atomic():
        OAuthState.objects.stale().delete()
        state.save(force_insert=True)
    return Journey(client.login_url(state=token, verifier=verifier, scopes=wanted), token)


def finish(
    owner: User, provider: str, *, code: str, state_token: str, session: str, iss: str = ""
) -> Credential:
    """Return the credential of the account that was connected; one that was there is renewed.

    ``iss`` is who the answer says that it is from, if it does (RFC 9207).
    Raises UnknownProvider, InvalidOAuthState, OAuthRefused or ProviderUnavailable; then nothing is
    kept, and the state is used up.
    """
    declared = registry.get(provider)
    state = _take(owner, declared.name, state_token, session)
    if not 0 < len(code) <= LONGEST_CODE:
        raise InvalidOAuthState
    sealed = state.secret()
    way = Way.read(sealed.get("way"))
    if way is not None and not way.is_from(iss):
        raise InvalidOAuthState
    client = Client(declared, state.redirect_uri, way=way)
    tokens = client.exchange(code, str(sealed["verifier"]))
    username = client.whose(tokens)[:LONGEST_USERNAME]
    return _kept(owner, declared, state, tokens, username, way=way)


def abandon(owner: User, *, state_token: str, session: str) -> str:
    """Use up the state of somebody who did not allow it; return the provider's name.

    Raises InvalidOAuthState.
    """
    return _take(owner, None, state_token, session).provider


def provider_of(owner: User, *, state_token: str, session: str) -> str:
    """Return which provider the state is for, without using it up. Raises InvalidOAuthState."""
    return _find(owner, None, state_token, session).provider


def _take(owner: User, provider: str | None, token: str, session: str) -> OAuthState:
    """Return the state, which nobody can use again. Raises InvalidOAuthState."""
    state = _find(owner, provider, token, session)
    deleted, _ = OAuthState.objects.filter(pk=state.pk).delete()
    if not deleted:
        raise InvalidOAuthState
    return state


def _find(owner: User, provider: str | None, token: str, session: str) -> OAuthState:
    rows = OAuthState.objects.fresh().select_related("replaces")
    mine = rows.filter(owner=owner, digest=_digest(token), session=_digest(session))
    found = (mine if provider is None else mine.filter(provider=provider)).first()
    if found is None:
        raise InvalidOAuthState
    return found


@transaction.atomic
def _kept(
    owner: User,
    provider: Provider,
    state: OAuthState,
    tokens: Tokens,
    username: str,
    *,
    way: Way | None,
) -> Credential:
    scopes = list(state.scopes if tokens.scopes is None else tokens.scopes)
    present = _present(owner, provider, state, username)
    if present is None:
        made = Credential(
            owner=owner,
            provider=provider.name,
            kind=Kind.OAUTH2,
            title=_free_title(
                owner, provider, username or (host_of(way.server_url) if way else "")
            ),
            username=username,
            host=host_of(way.server_url) if way else "",
            base_url=way.server_url if way else "",
            scopes=scopes,
            access_until=tokens.access_until,
        )
        made.put(tokens.secret(way=way))
        services.keep(made)
        return made
    present = services.locked(present)
    former = str(present.secret().get("refresh_token") or "")
    present.username, present.scopes = username or present.username, scopes
    present.access_until = tokens.access_until
    present.refused_at = present.refreshing_until = None
    present.put(tokens.secret(refresh_token=former, way=way))
    present.save()
    services.record(Action.CREDENTIAL_CONNECTED, present)
    return present


def _present(
    owner: User, provider: Provider, state: OAuthState, username: str
) -> Credential | None:
    """Return the credential that this connects again: the one named, or one of the same account."""
    named = state.replaces
    if named is not None and username in {named.username, ""}:
        return named
    same = Credential.objects.of(owner.pk).filter(
        provider=provider.name, kind=Kind.OAUTH2, username=username
    )
    return same.first() if username else None


def _wanted(provider: Provider, oauth: OAuth, scopes: Sequence[str]) -> tuple[str, ...]:
    unknown = [scope for scope in scopes if scope not in oauth.scopes]
    if unknown:
        sentence = f"{provider.title} has no scope {unknown[0][:100]!r} that is known here."
        raise InvalidCredentials(errors=[Detail("invalid", sentence, attr="scopes")])
    return tuple(dict.fromkeys([*oauth.default_scopes, *scopes]))


def _free_title(owner: User, provider: Provider, username: str) -> str:
    title = (f"{provider.title} ({username})" if username else provider.title)[:LONGEST_TITLE]
    taken = set(
        Credential.objects.of(owner.pk)
        .filter(provider=provider.name)
        .values_list("title", flat=True)
    )
    number = 2
    found = title
    while found in taken:
        found, number = f"{title[: LONGEST_TITLE - 8]} {number}", number + 1
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
