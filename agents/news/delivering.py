"""Send what is due: many at once, few to one endpoint, no thread held while a receiver thinks.

A delivery is taken by a lease, so that of two senders one has it; one who dies leaves it to the next when
the lease is over. So a receiver gets each event at least once, under one id, and may get it twice.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from redis.lock import Lock

from accounts.notifications import NotificationType
from agents.news import retrying, signing
from agents.news.models import LONGEST_ERROR, Delivery, Endpoint
from credentials.errors import CredentialUnreadable
from egress import AsyncClient, EgressError, Limits
from kernel.jsontypes import dumps
from notifications.services import Note, tell
from quotas.locks import LockTaken, held
from telemetry import redaction

SENDERS = 3  # processes or threads that send at the same time, in the whole instance
AT_ONCE = 64  # deliveries of one sender
FOR_EACH = 8  # deliveries under way to one endpoint
LEASE = timedelta(seconds=60)
LIMITS = Limits(
    connect_seconds=5, read_seconds=15, total_seconds=20, max_bytes=256 * 1024, max_redirects=0
)
KEPT_ANSWER = 2000  # characters of what a receiver says


@dataclass(frozen=True)
class Call:
    """What goes out for a delivery."""

    delivery: Delivery
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of a call."""

    delivery: Delivery
    took_ms: int
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send_due() -> int:
    """Send what is due, as long as there is something; return how many calls were made.

    Where `SENDERS` are at it, nothing: they go on until nothing is left.
    """
    with ExitStack() as stack:
        lock = _place(stack)
        made = 0
        while lock is not None and (taken := take()):
            made += len(taken)
            outcomes = asyncio.run(_call_all(list(_calls(taken))))
            for outcome in outcomes:
                record(outcome)
            lock.extend(LEASE.total_seconds(), replace_ttl=True)
        return made


def take(most: int = AT_ONCE) -> list[Delivery]:
    """Take what is to be sent now; nobody else takes it before the lease is over."""
    moment = now()
    # Those who take what they get come first: whoever is silent makes only others like it wait.
    fit_first = F("endpoint__failing_since").asc(nulls_first=True)
    found = Delivery.objects.next_for_each(moment, FOR_EACH).order_by(fit_first, "due_at")
    pks = list(found.values_list("pk", flat=True)[:most])
    with transaction.atomic():
        free = Delivery.objects.takeable(moment).filter(pk__in=pks)
        rows = list(free.select_for_update(skip_locked=True, of=("self",)))
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows])
        mine.update(leased_until=moment + LEASE, attempts=F("attempts") + 1)
        return list(mine.select_related("endpoint"))


@transaction.atomic
def record(outcome: Outcome) -> None:
    """Write down what became of a call, and what that means for the endpoint."""
    endpoint = Endpoint.objects.select_for_update().filter(pk=outcome.delivery.endpoint_id).first()
    if endpoint is None:
        return  # it was deleted meanwhile
    row = Delivery.objects.select_for_update().get(pk=outcome.delivery.pk)
    moment = now()
    row.leased_until, row.tried_at, row.took_ms = None, moment, outcome.took_ms
    row.answer_status, row.answer, row.error = outcome.status, outcome.answer, outcome.error
    if outcome.arrived:
        row.status, row.failures = Delivery.Status.DELIVERED, 0
        endpoint.failing_since = None
    else:
        row.failures += 1
        due = retrying.next_try(moment, row.failures)
        row.due_at, row.status = due or row.due_at, row.status if due else Delivery.Status.FAILED
        endpoint.failing_since = endpoint.failing_since or moment
        _turn_off_if_hopeless(endpoint, outcome)
    row.save()
    endpoint.save(update_fields=["failing_since", "is_active", "turned_off_why"])


def _place(stack: ExitStack) -> Lock | None:
    """Return the lock of a free place among the senders; None where all are taken."""
    for number in range(SENDERS):
        try:
            return stack.enter_context(held(f"news.sender.{number}", seconds=LEASE.total_seconds()))
        except LockTaken:
            continue
    return None


def _turn_off_if_hopeless(endpoint: Endpoint, outcome: Outcome) -> None:
    if not endpoint.is_active or not retrying.is_hopeless(
        outcome.status, endpoint.failing_since, now()
    ):
        return
    gone = outcome.status == retrying.GONE
    why = "It answered 410: gone." if gone else "It took nothing for five days."
    endpoint.is_active, endpoint.turned_off_why = False, why
    tell(
        Note(
            endpoint.owner_id,
            NotificationType.WEBHOOK_DISABLED,
            f"The webhook {endpoint.audit_label} was turned off",
            why,
            f"/account/webhooks/{endpoint.pk}/",
        )
    )


def _calls(deliveries: Iterable[Delivery]) -> Iterable[Call]:
    for one in deliveries:
        body = dumps(one.payload).encode()
        try:
            secrets = one.endpoint.signing_secrets()
        except CredentialUnreadable as error:
            record(Outcome(one, 0, error=error.message[:LONGEST_ERROR]))
            continue
        signed = signing.headers(
            id=one.message_id, timestamp=int(time.time()), body=body, secrets=secrets
        )
        yield Call(one, one.endpoint.url, body, {"content-type": "application/json", **signed})


async def _call_all(calls: list[Call]) -> list[Outcome]:
    async with AsyncClient(limits=LIMITS, follow_redirects=False) as client:
        return await asyncio.gather(*(_call(client, one) for one in calls))


async def _call(client: AsyncClient, call: Call) -> Outcome:
    began = time.monotonic()

    def outcome(**found: object) -> Outcome:
        took = round((time.monotonic() - began) * 1000)
        return Outcome(call.delivery, took, **found)  # type: ignore[arg-type]

    try:
        response = await client.post(call.url, content=call.body, headers=call.headers)
    except (EgressError, httpx.HTTPError) as error:
        said = getattr(error, "message", "") or type(error).__name__
        return outcome(error=redaction.text(str(said))[:LONGEST_ERROR])
    answer = response.text.replace("\0", "")[:KEPT_ANSWER]
    status = response.status_code
    return outcome(
        status=status,
        answer=answer,
        error="" if response.is_success else f"The receiver answered {status}."[:LONGEST_ERROR],
    )
