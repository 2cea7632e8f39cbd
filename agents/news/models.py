"""Endpoints of webhooks, and what is delivered to them."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.timezone import now

from agents.graphs.models import Agent
from agents.news.events import SUBSCRIBABLE, EventType
from credentials.sealing import ID, Sealed, seal, unseal
from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.models import Identified, Timestamped

LONGEST_URL, LONGEST_NAME, LONGEST_ERROR = 2000, 100, 500


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Questions about endpoints."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own; none for a stranger, and for a key without READ_INTEGRATIONS."""
        return self.filter(owner_id=user.pk) if may(user, Scope.READ_INTEGRATIONS) else self.none()

    def sealed_otherwise(self, key_id: str) -> Self:
        """Return those whose secret a former key of the instance sealed."""
        return self.exclude(key_id=key_id)

    def listening(self, owner_id: int, event: EventType, agent: UUID | None) -> Self:
        """Return the owner's endpoints that are to hear of such an event of the agent."""
        rows = self.filter(owner_id=owner_id, is_active=True, events__contains=[event.value])
        return rows.filter(Q(agent=None) | Q(agent=agent))


class Endpoint(Identified, Timestamped):
    """An address that is called when something happens."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    url = models.CharField(max_length=LONGEST_URL)
    events = ArrayField(
        models.CharField(max_length=40, choices=[(one.value, one.value) for one in SUBSCRIBABLE])
    )
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )  # of this one only
    sealed = models.BinaryField(editable=False)  # {"secret": …, "former": … or null}
    key_id = models.CharField(max_length=ID, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    turned_off_why = models.CharField(max_length=LONGEST_ERROR, blank=True)  # by the platform

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name or self.url

    @property
    def audit_label(self) -> str:
        """Return what the log calls it: an address may hold a secret in its path."""
        return self.name or str(self.pk)

    @property
    def place(self) -> str:
        """Return where the secret belongs; it opens nothing in another row."""
        return f"news.endpoint:{self.pk}"

    def secret(self) -> dict[str, Any]:
        """Return ``{"secret": …, "former": … or null}``. Raises CredentialUnreadable."""
        return unseal(Sealed(bytes(self.sealed), self.key_id), place=self.place)

    def keep(self, secret: str, former: str | None = None) -> None:
        """Seal the secret, without saving the row."""
        found = seal({"secret": secret, "former": former}, place=self.place)
        self.sealed, self.key_id = found.content, found.key_id

    def signing_secrets(self) -> list[str]:
        """Return the secrets that sign a call now: for a while after a change the former one too."""
        found = self.secret()
        former = found["former"] if self.former_until and self.former_until > now() else None
        return [found["secret"], *([former] if former else [])]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def visible_to(self, user: Any) -> Self:
        """Return what goes to the user's endpoints."""
        return self.filter(endpoint__in=Endpoint.objects.visible_to(user))

    def takeable(self, moment: datetime) -> Self:
        """Return what is to be sent now, and nobody is sending."""
        free = Q(leased_until=None) | Q(leased_until__lte=moment)
        return self.filter(free, status=Delivery.Status.PENDING, due_at__lte=moment)

    def next_for_each(self, moment: datetime, most: int) -> Self:
        """Return what is to be sent now, so that no endpoint has more than so many at once."""
        busy = (
            Delivery.objects.filter(endpoint=OuterRef("endpoint"), leased_until__gt=moment)
            .order_by()
            .values("endpoint")
            .annotate(count=Count("pk"))
            .values("count")
        )
        place = Window(RowNumber(), partition_by=F("endpoint"), order_by=[F("due_at"), F("pk")])
        active = Endpoint.objects.filter(pk=OuterRef("endpoint"), is_active=True)
        return (
            self.takeable(moment)
            .filter(Exists(active) | Q(type=EventType.TEST.value))
            .annotate(place=place, busy=Coalesce(models.Subquery(busy), 0))
            .filter(place__lte=most - F("busy"))
        )


class Delivery(Identified):
    """One event for one endpoint: its id is that of the message, however often it is sent."""

    class Status(models.TextChoices):
        """How far a delivery is."""

        PENDING = "PENDING", "Pending"
        DELIVERED = "DELIVERED", "Delivered"
        FAILED = "FAILED", "Given up"

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )  # indexed by delivery_of_endpoint
    type = models.CharField(max_length=40)
    about = models.UUIDField(null=True, blank=True)  # the run, or the review
    payload = JSONText()
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    due_at = models.DateTimeField(default=now)
    leased_until = models.DateTimeField(null=True, blank=True)  # somebody is sending it
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    tried_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)  # its beginning
    error = models.CharField(max_length=LONGEST_ERROR, blank=True)
    created = models.DateTimeField(default=now, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            # An endpoint's log, newest first.
            models.Index(fields=["endpoint", "-created", "-id"], name="delivery_of_endpoint"),
            # What is to be sent.
            models.Index(fields=["due_at"], condition=Q(status="PENDING"), name="delivery_to_send"),
            # What is being sent, for each endpoint.
            models.Index(
                fields=["endpoint", "leased_until"],
                condition=Q(leased_until__isnull=False),
                name="delivery_under_way",
            ),
            # What is old enough to go.
            models.Index(fields=["created"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    @property
    def message_id(self) -> str:
        """Return what receivers know it by, to tell a second delivery from a second event."""
        return f"msg_{self.pk.hex}"


class Summary(models.Model):
    """Up to which day somebody was told what happened, of a kind of summary."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="summaries", db_index=False
    )  # indexed by summary_once
    kind = models.CharField(max_length=32)
    until = models.DateField()  # what happened before this day was told

    class Meta:
        verbose_name_plural = "summaries"
        constraints = [models.UniqueConstraint(fields=["owner", "kind"], name="summary_once")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.until}"
