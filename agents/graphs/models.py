"""Agents, and the versions of their graphs."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import CheckConstraint, Max, Q, UniqueConstraint
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property

from agents.engine.graph import Graph
from agents.graphs import lending
from agents.graphs.cache import GraphCache
from agents.graphs.codec import engine_graph
from agents.graphs.errors import TooManyVersions
from agents.graphs.exchange import LONGEST_NAME
from agents.graphs.references import LAST_VERSION, Reference
from blocks.sdk import BlockKind, registry
from kernel.access import Scope, may
from kernel.errors import NotFound
from kernel.fields import JSONText
from kernel.jsontypes import JSONObject
from kernel.models import Identified, RequestKey

MUTABLE = frozenset({"is_active"})
graphs = GraphCache()


class VersionIsImmutable(TypeError):
    """The content of a saved version was to be changed. Save a new version instead."""


class AgentQuerySet(models.QuerySet["Agent"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the user's own agents that are not deleted; nobody's for a stranger.

        Nor for a key without the scope READ_GRAPH.
        """
        rows = self.filter(owner_id=user.pk, deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def locked(self, pk: UUID) -> "Agent":
        """Return the agent with its row locked: what it consists of changes step by step.

        Raises NotFound where it was deleted.
        """
        living = self.select_for_update().filter(pk=pk, deleted_at=None).first()
        if living is None:
            raise NotFound(f"There is no agent `{pk}` any more.")
        return living


class Agent(Identified):
    """Something that a user can run: the name under which versions of a graph are kept.

    Its id is the API's graph id. Deletion is soft, because executions keep their record.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agents"
    )
    imported_with = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sub_agents",
        help_text="The agent whose file this sub-agent came in with.",
    )
    sample = models.CharField(
        max_length=100,
        null=True,
        blank=True,
        editable=False,
        help_text="The shipped sample that this agent was made from.",
    )
    settings = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text="What the owner set, as agents.graphs.settings reads it.",
    )
    revision = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the changes of what an editor of the agent sees; see agents.graphs.drafts.",
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["owner", "sample"], name="agent_sample_once_per_owner"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def next_version(self) -> int:
        """Return the number of the version that is saved next. Raises TooManyVersions."""
        greatest: int = self.versions.aggregate(greatest=Max("version"))["greatest"]
        if greatest >= LAST_VERSION:
            raise TooManyVersions
        return greatest + 1

    def count_change(self) -> None:
        """Count a change of what the agent's editor sees. Only while the row is locked."""
        self.revision += 1
        self.save(update_fields=["revision"])


class GraphVersionQuerySet(models.QuerySet["GraphVersion"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the versions of the user's own agents that are not deleted.

        None for a stranger, and for a key without the scope READ_GRAPH.
        """
        rows = self.owned_by(user.pk)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def owned_by(self, owner_id: Any) -> Self:
        """Return the versions of the owner's agents that are not deleted."""
        return self.filter(agent__owner_id=owner_id, agent__deleted_at=None)

    def startable_by(self, person: Any, agent_id: Any, version: Any | None) -> Self:
        """Return the version of the agent that the person may start, their own or one that is lent.

        None: the active one, or of another's agent the one that the lender prefers.
        """
        if version is not None:
            return self.all_startable_by(person, agent_id).filter(version=version)
        rows = self.filter(agent_id=agent_id, agent__deleted_at=None)
        mine = Q(agent__owner_id=person, is_active=True)
        return rows.filter(mine | lending.preferred(person))

    def all_startable_by(self, person: Any, agent_id: Any) -> Self:
        """Return the versions of the agent that the person may start."""
        rows = self.filter(agent_id=agent_id, agent__deleted_at=None)
        return rows.filter(Q(agent__owner_id=person) | lending.lent(person))

    def of(self, agent_id: Any, version: Any | None) -> Self:
        """Return the version of the agent with the number, or the active one."""
        versions = self.filter(agent_id=agent_id)
        return versions.active() if version is None else versions.filter(version=version)

    def by_reference(self, wanted: Collection[Reference]) -> dict[Reference, "GraphVersion"]:
        """Return the versions among those wanted, with their agents, in one query."""
        if not wanted:
            return {}
        rows = self.select_related("agent").filter(
            agent_id__in={reference.agent_id for reference in wanted},
            version__in={reference.version for reference in wanted},
        )
        return {row.reference: row for row in rows if row.reference in wanted}

    def running_agents(self) -> Self:
        """Return the versions with a node that runs an agent, and perhaps a few others."""
        blocks = [str(spec.id) for spec in registry if spec.kind is BlockKind.AGENT]
        found = Q(*(("text__contains", block) for block in blocks), _connector=Q.OR)
        return self.alias(text=Cast("document", models.TextField())).filter(found)

    def active(self) -> Self:
        """Return the version of each agent that runs when none is named."""
        return self.filter(is_active=True)

    def update(self, **values: Any) -> int:
        """Change which versions are active. Raises VersionIsImmutable for anything else."""
        _refuse_changes_of_content(values)
        return super().update(**values)


VersionManager = models.Manager.from_queryset(GraphVersionQuerySet)


class SavedVersions(VersionManager["GraphVersion"]):
    """The versions of agents, without the snapshots of drafts."""

    def get_queryset(self) -> GraphVersionQuerySet:
        return GraphVersionQuerySet(self.model, using=self._db).filter(snapshot="")


class GraphVersion(Identified):
    """One version of an agent's graph: never changed once saved, except for `is_active`.

    Some rows are snapshots: a draft as it was when it was run, under the number of the version
    that it was begun on. Executions point at them like at any version; nothing else shows them,
    so `objects` does not have them. `agents.graphs.snapshots` makes them.

    `save`, `QuerySet.update` and `bulk_update` raise VersionIsImmutable for any other field, so
    executions may point at a version and processes may keep its parsed graph for ever.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.TextField(blank=True)
    document = JSONText(help_text="Nodes and links, as agents.graphs.codec writes them.")
    forked_from_id = models.UUIDField(null=True, blank=True)
    forked_from_version = models.PositiveIntegerField(null=True, blank=True)
    from_revision = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="The agent's revision that was published as this version.",
    )
    snapshot = models.CharField(
        max_length=64,
        default="",
        db_default="",
        editable=False,
        help_text="The digest of the draft that was run; empty for a version.",
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedVersions()
    with_snapshots = GraphVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["agent", "version"],
                condition=Q(snapshot=""),
                name="version_number_once_per_agent",
            ),
            UniqueConstraint(
                fields=["agent", "snapshot"],
                condition=~Q(snapshot=""),
                name="version_one_snapshot_per_draft",
            ),
            CheckConstraint(
                condition=Q(snapshot="") | Q(is_active=False), name="version_snapshot_is_not_active"
            ),
            UniqueConstraint(
                fields=["agent"], condition=Q(is_active=True), name="version_one_active_per_agent"
            ),
            CheckConstraint(condition=Q(version__gte=1), name="version_counts_from_one"),
            UniqueConstraint(
                fields=["agent", "from_revision"], name="version_published_once_per_revision"
            ),
        ]
        indexes = [
            # Read by the list of a user's agents, newest first.
            models.Index(fields=["-created"], condition=Q(is_active=True), name="version_newest"),
            # Purging: snapshots that no run points at any more.
            models.Index(fields=["created"], condition=~Q(snapshot=""), name="version_snapshots"),
        ]

    def __str__(self) -> str:
        kind = "a draft on version" if self.is_snapshot else "version"
        return f"{self.name} ({kind} {self.version})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse_changes_of_content(kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    @property
    def reference(self) -> Reference:
        """Return how nodes name this version."""
        return Reference(self.agent_id, self.version)

    @cached_property
    def owner_id(self) -> Any:
        """Return whose agent it is of."""
        return self.agent.owner_id

    @property
    def is_snapshot(self) -> bool:
        """Return whether this is a draft as it was run, and no version."""
        return self.snapshot != ""

    @property
    def graph(self) -> Graph:
        """Return the parsed graph; a process parses each version once. Snapshots respect pins."""
        return graphs.get(self.pk, lambda: engine_graph(self.document, with_pins=self.is_snapshot))


class Draft(models.Model):
    """What an agent's editor has changed and not published; an agent has one at the most.

    An agent without this row shows its active version to its editor. `Agent.revision` counts the
    changes, whether they are in this row or not.
    """

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="draft"
    )
    base = models.ForeignKey(
        GraphVersion,
        on_delete=models.CASCADE,
        related_name="drafts",
        help_text="The version that was active when the draft was begun.",
    )
    document = JSONText(help_text="A version's document, and a name and a description.")
    updated = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Draft of {self.agent_id}"


class CreationKey(RequestKey):
    """A key that a client chose for a request to make an agent, and the version that it made."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="creation_keys"
    )
    version = models.ForeignKey(
        GraphVersion, on_delete=models.CASCADE, related_name="creation_keys"
    )

    class Meta:
        constraints = [
            UniqueConstraint(fields=["owner", "key"], name="creationkey_once_per_owner"),
        ]
        indexes = [
            # The sweep: keys to forget.
            models.Index(fields=["created"], name="creationkey_by_age"),
        ]


def graph_of(version: UUID) -> Graph:
    """Return the graph of the version with this primary key, without a query if it is known."""
    return graphs.get(version, lambda: _parsed(*_text(version)))


def load_graphs(versions: Collection[GraphVersion]) -> None:
    """Parse the graphs that this process does not know yet, with one query for all of them."""
    unknown = [version.pk for version in versions if version.pk not in graphs]
    if unknown:
        rows = GraphVersion.with_snapshots.filter(pk__in=unknown)
        for pk, document, snapshot in rows.values_list("pk", "document", "snapshot"):
            graphs.get(pk, partial(_parsed, document, snapshot))


def _text(version: UUID) -> tuple[JSONObject, str]:
    return GraphVersion.with_snapshots.values_list("document", "snapshot").get(pk=version)


def _parsed(document: JSONObject, snapshot: str) -> Graph:
    return engine_graph(document, with_pins=bool(snapshot))


def _refuse_changes_of_content(fields: Iterable[str] | None) -> None:
    if fields is None or set(fields) - MUTABLE:
        raise VersionIsImmutable("Only `is_active` of a saved version can change.")
