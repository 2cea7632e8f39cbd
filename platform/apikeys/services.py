"""Make keys and change them. The text of a key is returned once, and kept nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from apikeys.errors import BeyondThisKey, KeyNameTaken, KeyRevoked, TooManyKeys
from apikeys.models import ApiKey, ApiKeyQuerySet
from apikeys.tokens import Token, generate
from audit import trail
from audit.actions import Action
from kernel.access import ALL_SCOPES, Scope
from kernel.errors import NotFound

DEFAULT = "default"
MOST_KEYS = 100  # of a person, without revoked ones


@dataclass(frozen=True)
class Issued:
    """A key, and its text."""

    key: ApiKey
    text: str


@transaction.atomic
def create(
    user: User,
    *,
    name: str,
    scopes: Collection[Scope],
    description: str = "",
    expires_at: datetime | None = None,
    by: ApiKey | None = None,
) -> Issued:
    """Return a new key of the user; ``by`` is the key that asks for it, where no person does.

    Raises BeyondThisKey, KeyNameTaken or TooManyKeys; then nothing was made.
    """
    User.objects.select_for_update().get(pk=user.pk)  # one at a time, so that counts are right
    _check_reach(by, scopes, expires_at)
    mine = ApiKey.objects.filter(user=user).living()
    if mine.filter(name=name).exists():
        raise KeyNameTaken(f"You have a key named {name!r}. Choose another name, or revoke it.")
    if mine.count() >= MOST_KEYS:
        raise TooManyKeys(f"You have {MOST_KEYS} keys, the most there may be. Revoke some first.")
    token = generate()
    key = ApiKey.objects.create(
        user=user,
        name=name,
        description=description,
        scopes=_listed(scopes),
        expires_at=expires_at,
        made_by=by,
        **_kept(token),
    )
    _record(Action.KEY_CREATED, key, scopes=key.scopes)
    return Issued(key, token.text)


@transaction.atomic
def issue(user: User, *, name: str = DEFAULT) -> str:
    """Return a new key that may do everything. It replaces the one of the same name at once."""
    token = generate()
    key, is_new = ApiKey.objects.living().update_or_create(
        user=user,
        name=name,
        defaults={
            **_kept(token),
            "scopes": _listed(ALL_SCOPES),
            "status": ApiKey.Status.ACTIVE,
            "expires_at": None,
            "made_by": None,
            "old_prefix": None,
            "old_until": None,
            "created": now(),
            "last_used_at": None,
        },
    )
    _record(Action.KEY_CREATED if is_new else Action.KEY_ROTATED, key, scopes=key.scopes)
    return token.text


@transaction.atomic
def rotate(key: ApiKey, *, grace: timedelta = timedelta(), by: ApiKey | None = None) -> Issued:
    """Return the key with a new text. The present text works on for as long as ``grace`` says.

    A text from a rotation before ends at once. Raises KeyRevoked or BeyondThisKey.
    """
    key = _locked(key, by)
    token = generate()
    has_grace = grace > timedelta()
    key.old_prefix = key.prefix if has_grace else None
    key.old_digest = key.digest if has_grace else ""
    key.old_until = now() + grace if has_grace else None
    for name, value in _kept(token).items():
        setattr(key, name, value)
    key.save()
    _record(Action.KEY_ROTATED, key, grace_seconds=int(grace.total_seconds()))
    return Issued(key, token.text)


@transaction.atomic
def change(
    key: ApiKey,
    *,
    by: ApiKey | None = None,
    name: str | None = None,
    description: str | None = None,
    scopes: Collection[Scope] | None = None,
) -> ApiKey:
    """Return the key, changed in what is given. Raises KeyRevoked, BeyondThisKey, KeyNameTaken."""
    key = _locked(key, by)
    if scopes is not None:
        _check_reach(by, scopes, key.expires_at)
        key.scopes = _listed(scopes)
    if name is not None and name != key.name:
        if ApiKey.objects.filter(user=key.user, name=name).living().exists():
            raise KeyNameTaken(f"You have a key named {name!r}. Choose another name, or revoke it.")
        key.name = name
    if description is not None:
        key.description = description
    key.save()
    _record(Action.KEY_CHANGED, key, scopes=key.scopes)
    return key


@transaction.atomic
def suspend(key: ApiKey, *, by: ApiKey | None = None) -> ApiKey:
    """Return the key, which opens nothing until it is resumed; so with all keys that it made."""
    key = _locked(key, by)
    active = _family(key).filter(status=ApiKey.Status.ACTIVE)
    if changed := active.update(status=ApiKey.Status.SUSPENDED):
        _record(Action.KEY_SUSPENDED, key, keys=changed)
    key.refresh_from_db()
    return key


@transaction.atomic
def resume(key: ApiKey, *, by: ApiKey | None = None) -> ApiKey:
    """Return the key, which works again. Raises KeyRevoked."""
    key = _locked(key, by)
    if key.status != ApiKey.Status.ACTIVE:
        key.status = ApiKey.Status.ACTIVE
        key.save(update_fields=["status"])
        _record(Action.KEY_RESUMED, key)
    return key


@transaction.atomic
def revoke(key: ApiKey, *, by: ApiKey | None = None) -> ApiKey:
    """Return the key, ended for good, as are all keys that it made. Again, it changes nothing."""
    try:
        key = _locked(key, by)
    except KeyRevoked:
        key.refresh_from_db()
        return key
    changed = (
        _family(key)
        .living()
        .update(status=ApiKey.Status.REVOKED, revoked_at=now(), old_prefix=None, old_until=None)
    )
    _record(Action.KEY_REVOKED, key, keys=changed)
    key.refresh_from_db()
    return key


def _locked(key: ApiKey, by: ApiKey | None) -> ApiKey:
    """Return the key with its row locked. Raises NotFound, KeyRevoked or BeyondThisKey."""
    rows = ApiKey.objects.select_related("user").select_for_update(of=("self",))
    found = rows.filter(pk=key.pk).first()
    if found is None:
        raise NotFound("There is no such key any more.")
    _check_reach(by, found.grant.scopes, found.expires_at)
    if found.status == ApiKey.Status.REVOKED:
        raise KeyRevoked
    return found


def _check_reach(by: ApiKey | None, scopes: Collection[Scope], expires_at: datetime | None) -> None:
    """Return where the asking key may do as much, for as long. Raises BeyondThisKey."""
    if by is None:
        return
    if by.shown_prefix == by.old_prefix:
        raise BeyondThisKey("The key that you use was replaced. Use its new text for this.")
    if beyond := sorted(set(scopes) - by.grant.scopes):
        names = ", ".join(f"`{scope}`" for scope in beyond)
        raise BeyondThisKey(f"The key that you use may not do this itself: {names}.")
    if by.expires_at is not None and (expires_at is None or expires_at > by.expires_at):
        raise BeyondThisKey(
            f"The key that you use expires at {by.expires_at:%Y-%m-%dT%H:%M:%SZ}. "
            "What it makes or changes must not work longer."
        )


def _record(action: Action, key: ApiKey, **details: Any) -> None:
    name = f"{key.name} ({key})"
    trail.record(action, owner=key.user_id, thing=("apikeys.apikey", key.pk, name), details=details)


def _family(key: ApiKey) -> ApiKeyQuerySet:
    return ApiKey.objects.filter(pk__in=ApiKey.objects.with_descendants([key.pk]))


def _listed(scopes: Collection[Scope]) -> list[str]:
    return [scope.value for scope in Scope if scope in scopes]


def _kept(token: Token) -> dict[str, str]:
    return {"prefix": token.prefix, "digest": token.digest, "tail": token.tail}
