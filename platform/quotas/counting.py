"""Count a request: of which kind it is, for whom it counts, and whether it may go on."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apikeys.models import ApiKey
from quotas.own import known
from quotas.policy import Kind, Level, Subject, Verdict, Who, network_of, windows
from quotas.windows import windows_at

SAFE = {"GET", "HEAD", "OPTIONS"}
NAMES = ("username", "login", "email")  # fields in which people say who they are
OF_PEOPLE = tuple(kind for kind in Kind if kind is not Kind.SIGN_INS)
COUNTED = "rate_verdict"  # on a request that was counted


def count(request: HttpRequest, fields: Mapping[str, Any] | None = None) -> Verdict | None:
    """Count the request and return the verdict; None where nothing limits it, or nobody counts.

    ``fields`` are those of a sign-in, so that the account counts too. Call it once for each
    request, when it is known who asks.
    """
    kind = kind_of(request)
    verdict = None
    if rates := settings.RATES.get(kind):
        found = windows(kind, subjects(request, kind, fields or {}), rates, known.rates())
        verdict = windows_at(settings.REDIS_URL).hit(found) if found else None
    setattr(request, COUNTED, verdict)
    return verdict


def standing(request: HttpRequest) -> list[Level]:
    """Return how full the windows are in which the caller's requests count, those that do nothing yet too."""
    found = [
        window
        for kind, rates in settings.RATES.items()
        if kind in OF_PEOPLE
        for window in windows(kind, subjects(request, kind, {}), rates, known.rates())
    ]
    verdict = windows_at(settings.REDIS_URL).look(found) if found else None
    return list(verdict.levels) if verdict else []


def kind_of(request: HttpRequest) -> Kind:
    """Return the kind of a request: by its method, its view, and whether it sends files."""
    match = request.resolver_match
    name = match.view_name if match else ""
    if request.method in SAFE and name not in settings.RATE_READS_THAT_ACT:
        return Kind.READS
    named = settings.RATE_VIEWS.get(name)
    if named:
        return Kind(named)
    return Kind.UPLOADS if request.content_type == "multipart/form-data" else Kind.WRITES


def subjects(request: HttpRequest, kind: Kind, fields: Mapping[str, Any]) -> list[Subject]:
    """Return for whom the request counts."""
    address = Subject(Who.ADDRESS, network_of(request.META.get("REMOTE_ADDR", "")))
    if kind is Kind.SIGN_INS:
        account = _account(fields)
        return [address, account] if account else [address]
    if not request.user.is_authenticated:
        return [address]
    user = Subject(Who.USER, str(request.user.pk))
    key = getattr(request, "auth", None)
    return [Subject(Who.KEY, str(key.pk)), user] if isinstance(key, ApiKey) else [user]


def _account(fields: Mapping[str, Any]) -> Subject | None:
    """Return the account that a sign-in names. Names are personal: Redis gets a digest."""
    for field in NAMES:
        name = fields.get(field)
        if isinstance(name, str) and name:
            plain = name.strip().casefold().encode("utf-8", "backslashreplace")
            return Subject(Who.ACCOUNT, hashlib.sha256(plain).hexdigest()[:32])
    return None
