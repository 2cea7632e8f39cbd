"""One run of a graph."""

from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Now
from django.utils.timezone import now

from agents.engine.states import ExecutionStatus
from agents.graphs.models import Agent, GraphVersion
from kernel.access import Scope, may
from kernel.errors import NotFound
from kernel.fields import JSONText
from kernel.jsontypes import dumps


class Purging(models.TextChoices):
    """What is being removed of a run that is too large to be purged at once."""

    NOTHING = "", "Nothing"
    VALUES = "values", "Values"
    ROWS = "rows", "Everything"


class Cause(models.TextChoices):
    """What began a run: a request of a person or a script, or something that starts by itself."""

    REQUEST = "", "A request"
    SCHEDULE = "schedule", "A schedule"
    TRIGGER = "trigger", "A trigger"


class Seal(models.IntegerChoices):
    """What a run's owner sees of it, where the agent is another person's."""

    OPEN = 0, "Everything"
    INSIDE = 1, "What it was given, what it gave and how it ended, but not what it consists of"
    WHOLE = 2, "Nothing: it is itself a part of what is hidden"


class ExecutionQuerySet(models.QuerySet["Execution"]):
    """Questions about runs."""

    def visible_to(self, user: Any) -> Self:
        """Return the runs that the user may see: the user's own, but none that is half purged.

        Nor those that are hidden parts of others' agents. None for a stranger, and for a key without the scope READ_GRAPH.
        """
        rows = self.filter(owner_id=user.pk).exclude(purging=Purging.ROWS)
        rows = rows.exclude(seal=Seal.WHOLE)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def of_agent(self, agent: UUID) -> Self:
        """Return the runs of an agent, of all its versions and of its drafts."""
        return self.filter(agent=agent)

    def searched(self, words: str) -> Self:
        """Return the runs whose agent's name or error has the words, or whose id begins so."""
        rows = self.alias(words=Cast("error", models.TextField()))
        rows = rows.alias(text=Cast("pk", models.TextField()))
        return rows.filter(
            Q(graph_version__name__icontains=words)
            | Q(text__startswith=words.lower())
            | Q(words__icontains=dumps(words)[1:-1])  # as the column writes it
        )

    def live(self) -> Self:
        """Return the runs that have not ended."""
        return self.filter(ended_at__isnull=True)  # the words of the index

    def locked(self, pk: UUID) -> "Execution":
        """Return one run, its row locked until the transaction ends. Always the first lock.

        Raises NotFound where it was purged meanwhile.
        """
        rows = self.with_graph().select_for_update(of=("self",), no_key=True)
        found = rows.filter(pk=pk).first()
        if found is None:
            raise NotFound(f"There is no run `{pk}` any more.")
        return found

    def unadmitted(self) -> Self:
        """Return the runs that wait for a free place; none of their nodes has begun."""
        return self.filter(admitted_at=None, ended_at=None)

    def unannounced(self) -> Self:
        """Return the runs whose end nobody was told of; sub-agents' ends are their parents' affair."""
        return self.filter(announced=False, ended_at__isnull=False, parent__isnull=True)

    def with_graph(self) -> Self:
        """Join the graph's version, without its document: workers keep parsed graphs."""
        return self.select_related("graph_version").defer("graph_version__document")

    def descendants(self, pk: UUID) -> list[UUID]:
        """Return the ids of all runs that this run started, through any number of sub-agents."""
        found: list[UUID] = []
        level = [pk]
        while level:
            level = list(self.filter(parent__execution_id__in=level).values_list("pk", flat=True))
            found += level
        return found


class Execution(models.Model):
    """A run: its version of the graph, its inputs, its counters and how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="executions",
        db_index=False,
    )  # indexed by execution_of_owner
    graph_version = models.ForeignKey(
        GraphVersion, on_delete=models.PROTECT, related_name="executions", db_index=False
    )  # indexed by execution_of_version
    # The version's agent: it has as many versions as its drafts were run. Null for runs that a
    # release that did not know this column began, until the next audit; runs are listed by it, and
    # nothing else.
    agent = models.ForeignKey(
        Agent,
        null=True,
        on_delete=models.PROTECT,
        related_name="executions",
        db_index=False,
        db_constraint=False,
    )  # indexed by execution_of_agent
    parent = models.OneToOneField(
        "NodeExecution", null=True, blank=True, on_delete=models.CASCADE, related_name="child"
    )
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="family"
    )  # the run that a person started and this one came of
    replay_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replays"
    )  # the run whose recorded results this one takes over
    replay_from = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # the node that it starts anew from
    # What began it, and with which preset. The apps of these stand above this one: no foreign keys.
    cause = models.CharField(
        max_length=12, choices=Cause, default=Cause.REQUEST, blank=True, db_default=""
    )
    cause_id = models.UUIDField(null=True, blank=True)
    preset_id = models.UUIDField(null=True, blank=True)
    # Set when it begins: whoever opens a graph later opens no runs of before.
    seal = models.PositiveSmallIntegerField(
        choices=Seal, default=Seal.OPEN, db_default=Seal.OPEN, editable=False
    )
    # Who asked for it: which request, in which trace (W3C's `traceparent`), from where.
    request_id = models.CharField(max_length=128, blank=True, default="", db_default="")
    traceparent = models.CharField(max_length=64, blank=True, default="", db_default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(
        max_length=12,
        choices=[(status.value, status.title()) for status in ExecutionStatus],
        default=ExecutionStatus.QUEUED,
    )
    inputs = JSONText(default=dict)
    nodes_input_masks = JSONText(default=dict)
    # References to credentials, by the names of the agent's credentials inputs; never a secret.
    credential_inputs = JSONText(default=dict, db_default=RawSQL("'{}'::json", ()))
    error = JSONText(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    # Null while the run waits for a free place. A release that knows no admission admits all.
    admitted_at = models.DateTimeField(null=True, blank=True, default=now, db_default=Now())
    deadline_at = models.DateTimeField(null=True, blank=True)  # when it is ended if it has not

    # Counters, all moved under this row's lock.
    last_seq = models.PositiveBigIntegerField(default=0)  # of the newest event
    opened = models.PositiveIntegerField(default=0)  # node executions ever opened
    started = models.PositiveIntegerField(default=0)  # node executions that became ready
    unfinished = models.PositiveIntegerField(default=0)  # queued, running or waiting
    failed = models.PositiveIntegerField(default=0)  # node executions that failed
    suspended = models.PositiveIntegerField(default=0, db_default=0)  # of the unfinished: waiting
    idle = models.BooleanField(default=False, db_default=False)  # all that is unfinished waits

    # What its models cost, in millionths of a cent: moved by `charging` alone, without the lock.
    model_microcents = models.PositiveBigIntegerField(default=0, db_default=0)

    # Whether the node execution that started this run may sleep on although there is an output, or
    # the end, for it: set with these, taken back by `journal.wake`.
    unheard = models.BooleanField(default=False)

    created = models.DateTimeField(default=now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # Whether those who wait for its end were told (`announcing`). Runs of a release that told nobody
    # count as announced.
    announced = models.BooleanField(default=False, db_default=True, editable=False)

    # Retention, see `purging`.
    payload_purged_at = models.DateTimeField(null=True, blank=True, editable=False)
    purging = models.CharField(
        max_length=8, choices=Purging, default=Purging.NOTHING, db_default="", editable=False
    )

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, status__in=["QUEUED", "RUNNING"])
                | Q(ended_at__isnull=False, status__in=["COMPLETED", "FAILED", "TERMINATED"]),
                name="execution_ends_once_and_for_all",
            ),
            models.CheckConstraint(
                condition=Q(started__lte=F("opened")) & Q(unfinished__lte=F("started")),
                name="execution_counts_add_up",
            ),
        ]
        indexes = [
            # The list of a person's runs.
            models.Index(fields=["owner", "-created"], name="execution_of_owner"),
            # The sweep: runs with work left.
            models.Index(
                fields=["created"], condition=Q(ended_at__isnull=True), name="execution_live"
            ),
            # Purging by an agent's own retention; snapshots that no run uses.
            models.Index(fields=["graph_version", "-created"], name="execution_of_version"),
            # An agent's runs, and how the last one went.
            models.Index(
                fields=["agent", "-created"],
                condition=Q(parent__isnull=True),
                name="execution_of_agent",
            ),
            # Everybody's runs, newest first (admin) or oldest first (purging).
            models.Index(fields=["created"], name="execution_by_age"),
            # Purging: runs that still have their values.
            models.Index(
                fields=["created"],
                condition=Q(payload_purged_at__isnull=True, root__isnull=True),
                name="execution_with_payload",
            ),
            # Purging: large runs of which a part is gone.
            models.Index(fields=["id"], condition=~Q(purging=""), name="execution_half_purged"),
            # The sweep: sub-agents whose parents are to be woken.
            models.Index(fields=["parent"], condition=Q(unheard=True), name="execution_unheard"),
            # Admission: how many of a person's runs are at work. `idle` and not the counters, so
            # that a node's end changes no index.
            models.Index(
                fields=["owner"],
                include=["root", "id"],
                condition=Q(ended_at__isnull=True, admitted_at__isnull=False, idle=False),
                name="execution_at_work",
            ),
            # Admission, lists of agents: how many runs of an agent are under way.
            models.Index(
                fields=["agent"],
                condition=Q(ended_at__isnull=True, parent__isnull=True),
                name="execution_of_agent_live",
            ),
            # Admission: whose turn it is.
            models.Index(
                fields=["owner", "graph_version", "created"],
                condition=Q(ended_at__isnull=True, admitted_at__isnull=True),
                name="execution_unadmitted",
            ),
            # Announcing: ends that nobody was told of, in their order.
            models.Index(
                fields=["ended_at"],
                condition=Q(announced=False, ended_at__isnull=False, parent__isnull=True),
                name="execution_unannounced",
            ),
            # What a schedule or a trigger began.
            models.Index(
                fields=["cause_id", "-created"],
                condition=Q(cause_id__isnull=False),
                name="execution_of_cause",
            ),
            # The sweep: runs whose time is up.
            models.Index(
                fields=["deadline_at"], condition=Q(ended_at__isnull=True), name="execution_due"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def state(self) -> ExecutionStatus:
        return ExecutionStatus(self.status)

    @property
    def is_cancelled(self) -> bool:
        return self.cancel_requested_at is not None

    @property
    def is_sealed(self) -> bool:
        """Return whether its owner must not see what the agent consists of."""
        return self.seal != Seal.OPEN

    @property
    def has_values(self) -> bool:
        """Return whether inputs, outputs and what nodes got and gave are still there."""
        return self.payload_purged_at is None

    @property
    def duration(self) -> timedelta | None:
        """Return how long the run took, or takes so far; None before its first node ran."""
        return (self.ended_at or now()) - self.started_at if self.started_at else None
