"""Keep credentials, change them, let them go, and hand them to blocks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit import trail
from audit.actions import Action
from credentials import refreshing, registry, uses
from credentials.entering import entered
from credentials.errors import (
    CredentialExpired,
    CredentialGone,
    CredentialInUse,
    CredentialTitleTaken,
    ReconnectNeeded,
    TooManyCredentials,
)
from credentials.kinds import Kind
from credentials.models import LONGEST_TITLE, Credential
from credentials.opening import opened
from credentials.revoking import revocation
from credentials.values import Credentials
from telemetry import redaction

MOST_CREDENTIALS = 200  # of a person


@transaction.atomic
def create(
    owner: User, *, provider: str, kind: Kind, title: str = "", given: Mapping[str, Any]
) -> Credential:
    """Return a new credential.

    ``given`` has what the kind takes: ``api_key``, ``username`` and ``password``, or ``headers``,
    with ``host`` or ``base_url`` where the provider has no hosts of its own, and ``expires_at``.
    Raises UnknownProvider, InvalidCredentials, CredentialTitleTaken or TooManyCredentials; then
    nothing is kept.
    """
    declared = registry.get(provider)
    found = entered(declared, kind, given)
    made = Credential(
        owner=owner,
        provider=declared.name,
        kind=kind,
        title=_title(title, found.public, declared.title),
        **found.public,
    )
    made.put(found.secret or {})
    keep(made)
    return made


@transaction.atomic
def change(
    credential: Credential, *, title: str | None = None, given: Mapping[str, Any] | None = None
) -> Credential:
    """Return the credential, changed in what is given; a secret that is not given stays.

    Raises what `create` raises, and CredentialGone.
    """
    credential = locked(credential)
    declared = registry.get(credential.provider)
    kind = Kind(credential.kind)
    if given:
        found = entered(declared, kind, given, change=True)
        secret = credential.secret() if found.secret is None else found.secret
        for name, value in found.public.items():
            setattr(credential, name, value)
        if found.secret is not None and "expires_at" not in found.public:
            credential.expires_at = None  # of the former secret
        credential.put(secret)
    if title is not None and (title := title.strip()) and title != credential.title:
        _check_title(credential.owner_id, credential.provider, title)
        credential.title = title[:LONGEST_TITLE]
    credential.save()
    record(Action.CREDENTIAL_CHANGED, credential, fields=sorted(given or ()))
    return credential


def delete(credential: Credential, *, force: bool = False) -> bool | None:
    """Delete the credential; return whether the provider revoked it, None where it cannot.

    Raises CredentialInUse where agents name it, unless ``force``; then nothing changed.
    """
    with transaction.atomic():
        credential = locked(credential)
        if not force and (found := uses.of(credential.owner_id, credential.pk)):
            listed = ", ".join(found[:5]) + (" and others" if len(found) > 5 else "")
            raise CredentialInUse(
                f"The credential {credential.title!r} is used by {listed}. Choose another one "
                "there first, or delete it nevertheless (`force`): those will then ask for one.",
                members={"need_confirmation": True, "deleted": False},
            )
        end = revocation(credential)
        record(Action.CREDENTIAL_DELETED, credential)
        credential.delete()
    # What is deleted here stays so, whatever the provider says.
    return None if end is None else end()


def use(owner_id: Any, pk: UUID) -> Credentials:
    """Return the owner's credential, ready to be sent; its secret is told nowhere from now on.

    Raises CredentialGone, CredentialExpired, ReconnectNeeded, CredentialUnreadable or
    ProviderUnavailable, each with what to do.
    """
    found = Credential.objects.of(owner_id).filter(pk=pk).first()
    if found is None:
        raise CredentialGone(
            f"The credential `{pk}` was deleted, or it is not yours. Choose another one."
        )
    check_standing(found)
    secret = refreshing.fresh_secret(found) if found.kind == Kind.OAUTH2 else found.secret()
    value = opened(found, secret)
    redaction.remember(*value.secrets())
    Credential.objects.touch(found)
    return value


def check_standing(credential: Credential) -> None:
    """Return where the credential can be used. Raises CredentialExpired or ReconnectNeeded."""
    if credential.has_expired:
        raise CredentialExpired(
            f"The credential {credential.title!r} expired at "
            f"{credential.expires_at:%Y-%m-%d %H:%M} UTC. Put a new secret into it, or choose "
            "another one."
        )
    if credential.needs_reconnecting:
        raise ReconnectNeeded(
            f"{credential.provider} no longer accepts the connection {credential.title!r}. "
            "Connect it again on the page of credentials."
        )


def keep(made: Credential) -> None:
    """Save a new credential. Raises CredentialTitleTaken or TooManyCredentials."""
    User.objects.select_for_update().get(pk=made.owner_id)  # one at a time: counts are right
    _check_title(made.owner_id, made.provider, made.title)
    if Credential.objects.of(made.owner_id).count() >= MOST_CREDENTIALS:
        raise TooManyCredentials(
            f"You have {MOST_CREDENTIALS} credentials, the most there may be. Delete some first."
        )
    made.save(force_insert=True)
    record(Action.CREDENTIAL_ADDED, made)


def locked(credential: Credential) -> Credential:
    """Return the credential with its row locked. Raises CredentialGone."""
    found = Credential.objects.select_for_update(no_key=True).filter(pk=credential.pk).first()
    if found is None:
        raise CredentialGone
    return found


def record(action: Action, credential: Credential, **details: Any) -> None:
    """Write a line of the audit log: which credential, never what is in it."""
    trail.record(
        action,
        owner=credential.owner_id,
        thing=credential,
        details={"provider": credential.provider, "type": credential.kind, **details},
    )


def _check_title(owner_id: Any, provider: str, title: str) -> None:
    if Credential.objects.of(owner_id).filter(provider=provider, title=title).exists():
        raise CredentialTitleTaken(
            f"You have a credential of {provider} with the title {title!r}. Choose another title, "
            "or change that one."
        )


def _title(title: str, public: Mapping[str, Any], provider: str) -> str:
    """Return the title that was given, or one that says what it is."""
    which = public.get("username") or public.get("host") or ""
    return (title.strip() or (f"{provider} ({which})" if which else provider))[:LONGEST_TITLE]
