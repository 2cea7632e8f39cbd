"""Triggers, and what arrived at them."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.timezone import now

from agents.graphs.models import Agent, GraphVersion, GraphVersionQuerySet
from agents.presets.models import Preset
from credentials.sealing import ID, Sealed, seal, unseal
from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.jsontypes import JSONObject
from kernel.models import Identified, Timestamped

LONGEST_NAME = 100
LONGEST_SUBJECT = 500
LONGEST_ID = 255
PAYLOAD = "payload"
"""The pin that gets what arrived."""


class TriggerQuerySet(models.QuerySet["Trigger"]):
    """Questions about triggers."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own, of agents that are not deleted.

        None for a stranger, and for a key without the scope READ_GRAPH.
        """
        rows = self.filter(owner_id=user.pk, agent__deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def living(self) -> Self:
        """Return those that begin runs now: active, of agents and people that are still there."""
        return self.filter(is_active=True, agent__deleted_at=None, owner__is_active=True)

    def due(self, moment: datetime) -> Self:
        """Return those whose turn it is to look for something new."""
        return self.living().filter(next_look_at__lte=moment)

    def sealed_otherwise(self, key_id: str) -> Self:
        """Return those whose secrets another key than this one sealed."""
        return self.exclude(key_id__in=["", key_id])


class Trigger(Identified, Timestamped):
    """What begins runs of one agent of one person when something happens."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="triggers"
    )
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="triggers")
    version = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty for the version that is active at the time."
    )
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=LONGEST_NAME)
    node_id = models.CharField(
        max_length=64, blank=True, default="", help_text="Whose pin `payload` gets what arrived."
    )
    input_name = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="The agent's input that gets it, where no node does.",
    )
    config = models.JSONField(default=dict, help_text="As the kind's Config reads it.")
    subject = models.CharField(
        max_length=LONGEST_SUBJECT, blank=True, default="", help_text="What is watched."
    )
    inputs = JSONText(default=dict)
    credentials_inputs = JSONText(default=dict)
    preset = models.ForeignKey(
        Preset, null=True, blank=True, on_delete=models.PROTECT, related_name="triggers"
    )  # whose inputs and credentials its own come before
    node_inputs = JSONText(
        default=dict, db_default={}, help_text="Of its node's other pins, before the agent's own."
    )

    # Of kinds that are called: the address's digest, by what people tell it from others; and
    # sealed, for this row only, its token and the secret that callers have.
    digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    tail = models.CharField(max_length=4, blank=True, default="", editable=False)
    sealed = models.BinaryField(null=True, editable=False)
    key_id = models.CharField(max_length=ID, blank=True, default="", editable=False)
    remote_id = models.CharField(
        max_length=100, blank=True, default="", help_text="Of the webhook at the other site."
    )

    is_active = models.BooleanField(default=True)
    paused_why = models.TextField(blank=True, default="", help_text="Why it was paused by itself.")
    checked_version = models.UUIDField(null=True, editable=False)  # that it was found to fit
    wanted = models.JSONField(null=True, editable=False)  # events, of that version; null: all

    # Of kinds that look for something new.
    state = models.JSONField(default=dict, editable=False)
    next_look_at = models.DateTimeField(null=True, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    missed = models.PositiveIntegerField(default=0, editable=False)  # looks that failed, in a row
    failures = models.PositiveIntegerField(default=0, editable=False)  # starts, likewise
    last_error = models.TextField(blank=True, default="", editable=False)

    objects = TriggerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            # The tick: whose turn it is to look.
            models.Index(
                fields=["next_look_at"],
                condition=Q(is_active=True, next_look_at__isnull=False),
                name="trigger_due",
            ),
            # Ends of runs: who waits for this agent's.
            models.Index(fields=["kind", "subject"], name="trigger_by_subject"),
            # Rotation: what a former key sealed.
            models.Index(fields=["key_id", "id"], name="trigger_by_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Return what is sealed in with the secrets: they open for this row only."""
        return f"trigger/{self.pk}/{self.owner_id}/{self.kind}"

    @property
    def runs_version(self) -> int | None:
        """Return the version that it begins: its own, else the preset's; None for the active one."""
        return self.version or (self.preset.version if self.preset else None)

    @property
    def versions(self) -> GraphVersionQuerySet:
        """Return the version that it begins, if there is one."""
        return GraphVersion.objects.startable_by(self.owner_id, self.agent_id, self.runs_version)

    def given(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the inputs and the credentials of a run: the preset's, and its own before them."""
        preset = self.preset
        if preset is None:
            return dict(self.inputs), dict(self.credentials_inputs)
        credentials = {**preset.credential_inputs, **self.credentials_inputs}
        return {**preset.inputs, **self.inputs}, credentials

    def filled(self, payload: JSONObject) -> dict[str, dict[str, Any]] | None:
        """Return what a run puts on pins when this arrives; None where no node gets it."""
        return {self.node_id: {**self.node_inputs, PAYLOAD: payload}} if self.node_id else None

    def put(self, secret: JSONObject) -> None:
        """Seal secrets; they count once the row is saved."""
        self.sealed, self.key_id = seal(secret, place=self.place)

    def secret(self) -> JSONObject:
        """Return its secrets, `token` and `secret`. Raises CredentialUnreadable."""
        if self.sealed is None:
            return {}
        return unseal(Sealed(bytes(self.sealed), self.key_id), place=self.place)


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    """Questions about what arrived."""

    def visible_to(self, user: Any) -> Self:
        """Return what arrived at the user's own triggers; none for a key without READ_GRAPH."""
        rows = self.filter(trigger__owner_id=user.pk, trigger__agent__deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def waiting(self) -> Self:
        """Return what is to begin a run and has not."""
        return self.filter(verdict=Arrival.Verdict.WAITING)  # the words of the index


class Arrival(Identified):
    """Something that arrived at a trigger, and what became of it."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", "Its run is about to begin"
        STARTED = "started", "It began a run"
        FAILED = "failed", "Its run could not begin"
        REFUSED = "refused", "It was not genuine"
        IGNORED = "ignored", "Nobody wanted it"
        TESTED = "tested", "It came to the test address"

    trigger = models.ForeignKey(
        Trigger, on_delete=models.CASCADE, related_name="arrivals", db_index=False
    )  # indexed by arrival_of_trigger
    received = models.DateTimeField(default=now, editable=False)
    verdict = models.CharField(max_length=8, choices=Verdict)
    why = models.TextField(blank=True, default="")
    event = models.CharField(max_length=100, blank=True, default="")
    # The sender's name for it, and the digest of a signature that is good once: null where there is
    # none, or the arrival begins nothing.
    delivery_id = models.CharField(max_length=LONGEST_ID, null=True)
    signature = models.CharField(max_length=64, null=True)
    digest = models.CharField(max_length=64, blank=True, default="")  # of the body
    execution_id = models.UUIDField(null=True)
    payload = JSONText(null=True)  # until the run has it
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="", help_text="The beginning of what came.")
    size = models.PositiveIntegerField(default=0)
    address = models.GenericIPAddressField(null=True)
    hops = models.PositiveSmallIntegerField(default=0)  # how many triggers led to it
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=now, editable=False)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering = ["-received"]
        constraints = [
            UniqueConstraint(fields=["trigger", "delivery_id"], name="arrival_once_per_delivery"),
            UniqueConstraint(fields=["trigger", "signature"], name="arrival_signature_once"),
        ]
        indexes = [
            # The page of a trigger, newest first.
            models.Index(fields=["trigger", "-received"], name="arrival_of_trigger"),
            # Beginning: what has no run yet.
            models.Index(fields=["due_at"], condition=Q(verdict="waiting"), name="arrival_waiting"),
            # Chains of triggers, and who waits for a run: what began it.
            models.Index(fields=["execution_id"], name="arrival_of_run"),
            # Purging.
            models.Index(fields=["received"], name="arrival_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.received:%Y-%m-%d %H:%M:%S} {self.verdict}"
