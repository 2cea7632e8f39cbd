"""Webhooks: make, change, test, delete; send again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from agents.graphs.models import Agent
from agents.news import outbox, signing
from agents.news.errors import NothingToTell, TooManyEndpoints, UrlNotUsable
from agents.news.events import EventType
from agents.news.models import LONGEST_URL, Delivery, Endpoint
from audit import trail
from audit.actions import Action
from egress import EgressError
from egress.settings import configured
from egress.targets import parse_url, target_of
from kernel.errors import NotFound

MOST = 20  # endpoints of a person
GRACE = timedelta(days=1)  # for which a former secret still signs, beside the new one


@dataclass(frozen=True)
class Issued:
    """An endpoint and its secret, which is told this once."""

    endpoint: Endpoint
    secret: str


@transaction.atomic
def create(
    owner: User, *, url: str, events: Collection[str], name: str = "", agent_id: UUID | None = None
) -> Issued:
    """Return a new endpoint with its secret.

    Raises UrlNotUsable, NothingToTell, TooManyEndpoints, and NotFound for an agent of somebody else.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # who counts, counts alone
    if Endpoint.objects.filter(owner=owner).count() >= MOST:
        raise TooManyEndpoints
    endpoint = Endpoint(owner=owner, name=name, url=_usable(url), events=_known(events))
    endpoint.agent = _agent(owner, agent_id)
    secret = signing.new_secret()
    endpoint.keep(secret)
    endpoint.save(force_insert=True)
    _record(Action.WEBHOOK_ADDED, endpoint)
    return Issued(endpoint, secret)


@transaction.atomic
def change(endpoint: Endpoint, **said: Any) -> Endpoint:
    """Return the endpoint with what is said changed: url, events, name, agent_id, is_active.

    Turned on again, it starts with a clean slate. Raises as `create` does; then nothing changed.
    """
    row = Endpoint.objects.select_for_update().select_related("owner").get(pk=endpoint.pk)
    row.name = said.get("name", row.name)
    if "url" in said:  # one that may not be called any more can still be turned off
        row.url = _usable(said["url"])
    if "events" in said:
        row.events = _known(said["events"])
    if "agent_id" in said:
        row.agent = _agent(row.owner, said["agent_id"])
    if said.get("is_active", row.is_active) and not row.is_active:
        row.failing_since, row.turned_off_why = None, ""
    row.is_active = said.get("is_active", row.is_active)
    row.save()
    _record(Action.WEBHOOK_CHANGED, row, changed=sorted(said))
    return row


@transaction.atomic
def rotate(endpoint: Endpoint) -> Issued:
    """Return the endpoint with a new secret. The former one signs too, for a day."""
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret = signing.new_secret()
    row.keep(secret, former=row.secret()["secret"])
    row.former_until = now() + GRACE
    row.save()
    _record(Action.WEBHOOK_CHANGED, row, changed=["secret"])
    return Issued(row, secret)


@transaction.atomic
def delete(endpoint: Endpoint) -> None:
    """Delete the endpoint with its log. What is on its way may still arrive."""
    _record(Action.WEBHOOK_DELETED, endpoint)
    endpoint.delete()


def test(endpoint: Endpoint) -> Delivery:
    """Return a delivery that tells of nothing; it goes out at once, also where the webhook is off."""
    payload = outbox.envelope(EventType.TEST, now(), {"message": "This is a test of the webhook."})
    return Delivery.objects.create(endpoint=endpoint, type=EventType.TEST.value, payload=payload)


def redeliver(delivery: Delivery) -> Delivery:
    """Return the delivery, which goes out again at once, whatever became of it."""
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(status=Delivery.Status.PENDING, due_at=now(), failures=0, leased_until=None)
    return rows.get()


def _known(events: Collection[str]) -> list[str]:
    if not events:
        raise NothingToTell
    return sorted(EventType(one).value for one in set(events))


def _usable(url: str) -> str:
    """Return the address, as far as it can be known now whether it may be called."""
    text = url.strip()
    try:
        configured().policy.check_target(target_of(parse_url(text)))
    except EgressError as error:
        raise UrlNotUsable(error.message) from None
    if len(text) > LONGEST_URL:
        raise UrlNotUsable(
            f"The address has {len(text):,} characters; {LONGEST_URL:,} is the most."
        )
    return text


def _agent(owner: User, pk: UUID | None) -> Agent | None:
    if pk is None:
        return None
    found = Agent.objects.filter(owner=owner, pk=pk).first()
    if found is None:
        raise NotFound("You have no such agent.")
    return found


def _record(action: Action, endpoint: Endpoint, **details: Any) -> None:
    trail.record(
        action,
        owner=endpoint.owner_id,
        thing=("news.endpoint", endpoint.pk, endpoint.audit_label),
        details=details,
    )
