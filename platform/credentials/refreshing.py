"""Access tokens that end get a successor: once, however many processes need it.

Providers that hand out a new refresh token each time end the old one, and some end all of them when an
old one comes again. So of all processes one asks, and what it got is written before anything else
happens.

* A lock in Redis lets the others wait instead of asking. It saves work and nothing depends on it.
* The row decides: who asks has set ``refreshing_until``, in one compare-and-set on the secret's
  ``generation``; what came is written by another one, in a transaction of its own.
* A process that dies in between leaves the old refresh token, and a lease that ends: the next one
  tries it again, which providers allow while the successor was not used. If they do not, the owner
  is told to connect again.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils.timezone import now
from redis.exceptions import RedisError

from credentials import registry
from credentials.client import WAY, Client, Tokens
from credentials.discovery import Way
from credentials.errors import (
    CredentialGone,
    OAuthRefused,
    ProviderNotSetUp,
    ProviderUnavailable,
    ReconnectNeeded,
)
from credentials.models import Credential
from credentials.sealing import seal
from credentials.wire import SECONDS
from kernel.jsontypes import JSONObject
from quotas.locks import LockTaken, held

EARLY = timedelta(seconds=60)  # before a token ends, so that it lasts for a request
LEASE = timedelta(seconds=2 * SECONDS)
WAIT = 3 * SECONDS  # for whoever is just refreshing
LOOK_EVERY = 0.2
WRITES = 5
# What says that no refresh will ever help; anything else may be different in a moment.
FINAL = {"invalid_grant", "unauthorized_client", "invalid_client", "bad_refresh_token"}


def fresh_secret(row: Credential) -> JSONObject:
    """Return the secret with an access token that lasts for a while, refreshed where need be.

    Raises ReconnectNeeded, ProviderUnavailable or CredentialGone.
    """
    if not is_stale(row):
        return row.secret()
    with _one_at_a_time(row):
        return _refreshed(row)


def is_stale(row: Credential) -> bool:
    """Return whether the access token has ended, or is about to."""
    return row.access_until is not None and row.access_until <= now() + EARLY


@contextmanager
def _one_at_a_time(row: Credential) -> Iterator[None]:
    """Wait for whoever refreshes the credential; go on where there is no lock: the row decides."""
    with suppress(RedisError), ExitStack() as lock:
        with suppress(LockTaken, RedisError):
            lock.enter_context(
                held(f"credential:{row.pk}", seconds=LEASE.total_seconds(), wait=WAIT)
            )
        yield


def _refreshed(row: Credential) -> JSONObject:
    """Return a fresh secret: ours, or what somebody else got meanwhile."""
    until = time.monotonic() + WAIT
    while True:
        row = _present(row)
        if row.refused_at is not None:
            raise _lost(row)
        if not is_stale(row):
            return row.secret()
        if _take(row):
            return _ask(row)
        if time.monotonic() > until:
            raise ProviderUnavailable(
                f"The credential {row.title!r} is being refreshed, and that takes too long. "
                "Try again in a moment."
            )
        time.sleep(LOOK_EVERY)


def _ask(row: Credential) -> JSONObject:
    """Refresh a credential of which this process has the lease."""
    secret = row.secret()
    refresh_token = str(secret.get("refresh_token") or "")
    provider = registry.find(row.provider)
    try:
        if not refresh_token or provider is None:
            raise OAuthRefused(members={"reason": "invalid_grant"})
        way = Way.read(secret.get(WAY))
        tokens = Client(provider, way=way).refresh(refresh_token)
    except OAuthRefused as error:
        if error.members.get("reason") not in FINAL:
            _leave(row)
            raise ProviderUnavailable(error.message) from None
        return _refused(row)
    except (ProviderUnavailable, ProviderNotSetUp):
        _leave(row)
        if row.access_until is not None and row.access_until > now():
            return secret  # it still is good
        raise
    except BaseException:
        _leave(row)
        raise
    return _store(row, tokens, refresh_token, way)


def _take(row: Credential) -> bool:
    """Return whether this process may ask; then no other one does until the lease ends."""
    moment = now()
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=moment)
    mine = Credential.objects.filter(free, pk=row.pk, generation=row.generation)
    return mine.update(refreshing_until=moment + LEASE) == 1


def _leave(row: Credential) -> None:
    Credential.objects.filter(pk=row.pk, generation=row.generation).update(refreshing_until=None)


def _store(row: Credential, tokens: Tokens, refresh_token: str, way: Way | None) -> JSONObject:
    """Write what came, at once and durably: the provider knows the old token no more."""
    secret = tokens.secret(refresh_token=refresh_token, way=way)
    sealed = seal(secret, place=row.place)
    values = {
        "sealed": sealed.content,
        "key_id": sealed.key_id,
        "access_until": tokens.access_until,
        "refreshing_until": None,
        "refused_at": None,
        "generation": F("generation") + 1,
    }
    for left in range(WRITES - 1, -1, -1):
        try:
            with transaction.atomic(durable=True):
                mine = Credential.objects.filter(pk=row.pk, generation=row.generation)
                written = mine.update(**values)
            break
        except OperationalError:
            if not left:
                raise
            time.sleep(LOOK_EVERY)
    # Where the row has another generation, its owner connected it anew: that counts.
    return secret if written else _present(row).secret()


def _refused(row: Credential) -> JSONObject:
    """Note that the provider refused for good, unless somebody else got a new token meanwhile."""
    mine = Credential.objects.filter(pk=row.pk, generation=row.generation)
    if mine.update(refused_at=now(), refreshing_until=None):
        raise _lost(row)
    found = _present(row)
    if is_stale(found):
        raise _lost(row)
    return found.secret()


def _present(row: Credential) -> Credential:
    found = Credential.objects.filter(pk=row.pk).first()
    if found is None:
        raise CredentialGone
    return found


def _lost(row: Credential) -> ReconnectNeeded:
    return ReconnectNeeded(
        f"{row.provider} no longer accepts the connection {row.title!r}. "
        "Connect it again on the page of credentials."
    )
