"""Drafts: what an agent's editor shows, saved as it is edited and made a version by publishing.

An agent's editor shows its draft or, where there is none, its active version. `Agent.revision`
counts every change of that, whoever makes it, and is never used twice: who saves says which
revision was read, and is refused with the present draft where that is not the last one. What was
saved already, by a request whose answer got lost, is no conflict.

Unlike a file that comes in, a draft keeps the ids of its nodes and links, in the version that it
is published as too: so runs, differences and links to nodes stay true.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agents.engine import validation
from agents.engine.errors import InvalidGraph
from agents.engine.graph import Graph
from agents.graphs import wanting
from agents.graphs.arrival import duplicates, owned, too_many
from agents.graphs.auditing import record
from agents.graphs.codec import document_of, engine_graph
from agents.graphs.errors import DraftConflict, GraphIdMismatch
from agents.graphs.exchange import DraftFile, read_file
from agents.graphs.models import Agent, Draft, GraphVersion
from agents.graphs.running import graph_problems
from audit.actions import Action
from kernel.errors import Detail, NotFound
from kernel.jsontypes import JSONObject, JSONValue, dumps

Forbids = Literal["publish", "run"]


@dataclass(frozen=True)
class EditorGraph:
    """What an agent's editor shows: a document with a name and a description, and what it is of."""

    agent: Agent
    document: JSONObject
    base: GraphVersion
    active_version: int
    updated: datetime
    has_changes: bool

    @property
    def revision(self) -> int:
        return self.agent.revision

    def as_json(self, *, with_graph: bool = True) -> JSONObject:
        """Return it as the API shows it; moments are not text yet."""
        graph = {"id": str(self.agent.pk), **self.document}
        return {
            **({"graph": graph} if with_graph else {}),
            "revision": self.revision,
            "base_version": self.base.version,
            "active_version": self.active_version,
            "has_changes": self.has_changes,
            "updated_at": self.updated,
            "credentials_input_schema": self.credentials_input_schema(),
            "problems": [
                {**problem.as_json(), "forbids": forbids} for problem, forbids in self.problems()
            ],
        }

    def credentials_input_schema(self) -> JSONObject:
        """Return which credentials a run of it is given; none where it is no graph."""
        readable = not list(duplicates(self.document))
        graph = engine_graph(self.document) if readable else Graph.build([], [])
        return wanting.input_schema(graph, self.agent.owner_id)

    def problems(self) -> list[tuple[Detail, Forbids]]:
        """Return everything that is wrong with it, and what that forbids.

        What cannot be published cannot be run either.
        """
        shape = list(duplicates(self.document))
        if shape:
            return [(problem, "publish") for problem in shape]
        graph = engine_graph(self.document)
        invalid = set(validation.problems(graph, for_run=False))
        return [
            (problem, "publish" if problem in invalid else "run")
            for problem in graph_problems(graph, self.agent.owner_id)
        ]


def read(user: User, agent_id: UUID) -> EditorGraph:
    """Return what the editor of the user's agent shows. Raises NotFound, for a stranger too."""
    rows = Agent.objects.visible_to(user).select_related("draft__base")
    agent = rows.defer("draft__base__document").filter(pk=agent_id).first()
    if agent is None:
        raise _no_agent(agent_id)
    return _present(agent, getattr(agent, "draft", None))


@transaction.atomic
def save(
    user: User, agent_id: UUID, body: JSONValue, *, if_match: Collection[int] | None
) -> EditorGraph:
    """Keep the graph as the agent's draft, whatever problems it has, and return what is kept.

    ``if_match``: the revisions that it may change; None for any. Raises DraftConflict, NotFound,
    GraphIdMismatch, and InvalidGraph for what is no graph or too large; then nothing changed.
    """
    document = _read_document(body, agent_id, user.pk)
    present = _locked(user, agent_id)
    if dumps(document) == dumps(present.document):
        return present
    check_match(present, if_match)
    return _keep(present, document)


@transaction.atomic
def discard(user: User, agent_id: UUID, *, if_match: Collection[int] | None) -> EditorGraph:
    """Drop the draft, and return what the editor shows then. Raises DraftConflict or NotFound."""
    present = _locked(user, agent_id)
    if not present.has_changes:
        return present
    check_match(present, if_match)
    Draft.objects.filter(agent=present.agent).delete()
    present.agent.count_change()
    _record(Action.AGENT_DISCARDED, present, present.base)
    return _present(present.agent, None)


@transaction.atomic
def restore(
    user: User, agent_id: UUID, version: int, *, if_match: Collection[int] | None
) -> EditorGraph:
    """Make a version's graph the draft, and return it. Raises DraftConflict or NotFound."""
    present = _locked(user, agent_id)
    found = present.agent.versions.filter(version=version).first()
    if found is None:
        raise NotFound(f"The agent has no version {version}.")
    document = _document(found)
    if dumps(document) == dumps(present.document):
        return present
    check_match(present, if_match)
    _record(Action.AGENT_RESTORED, present, found)
    return _keep(present, document)


@transaction.atomic
def publish(
    user: User, agent_id: UUID, *, if_match: Collection[int] | None
) -> tuple[GraphVersion, EditorGraph]:
    """Return the version that the draft is now, which is active, and what the editor shows.

    A draft without changes is the active version; one that was published before, by a request
    whose answer got lost, is the version that it became. Raises InvalidGraph with all problems,
    DraftConflict, NotFound or TooManyVersions; then nothing changed.
    """
    present = _locked(user, agent_id)
    before = present.agent.versions.filter(from_revision__in=if_match or ()).first()
    if before is not None:
        return before, present
    check_match(present, if_match)
    active = present.agent.versions.get(is_active=True)
    if not present.has_changes:
        return active, present
    problems = [problem for problem, forbids in present.problems() if forbids == "publish"]
    if problems:
        raise InvalidGraph(errors=problems)
    version = _publish(present, active)
    Draft.objects.filter(agent=present.agent).delete()
    present.agent.count_change()
    _record(Action.AGENT_PUBLISHED, present, version)
    return version, _present(present.agent, None)


def active_changed(agent: Agent) -> None:
    """Count a change of a locked agent whose editor shows the active version, now another one."""
    if not Draft.objects.filter(agent=agent).exists():
        agent.count_change()


def _locked(user: User, agent_id: UUID) -> EditorGraph:
    """Return what the editor shows, and let nobody else change it before the transaction ends."""
    if not Agent.objects.visible_to(user).filter(pk=agent_id).exists():
        raise _no_agent(agent_id)
    agent = Agent.objects.locked(agent_id)
    rows = Draft.objects.select_related("base").defer("base__document")
    return _present(agent, rows.filter(agent=agent).first())


def _present(agent: Agent, draft: Draft | None) -> EditorGraph:
    active = agent.versions.filter(is_active=True)
    if draft is None:
        [found] = active
        return EditorGraph(
            agent, _document(found), found, found.version, found.created, has_changes=False
        )
    [number] = active.values_list("version", flat=True)
    return EditorGraph(agent, draft.document, draft.base, number, draft.updated, has_changes=True)


def _keep(present: EditorGraph, document: JSONObject) -> EditorGraph:
    """Store the document as the draft; where it is the active version's, there is no draft."""
    agent = present.agent
    active = agent.versions.get(is_active=True)
    agent.count_change()
    if dumps(document) == dumps(_document(active)):
        Draft.objects.filter(agent=agent).delete()
        return _present(agent, None)
    base = present.base if present.has_changes else active
    draft, _ = Draft.objects.update_or_create(
        agent=agent, defaults={"base": base, "document": document, "updated": timezone.now()}
    )
    return _present(agent, draft)


def _publish(present: EditorGraph, active: GraphVersion) -> GraphVersion:
    document = dict(present.document)
    name, description = document.pop("name"), document.pop("description")
    present.agent.versions.filter(is_active=True).update(is_active=False)
    return GraphVersion.objects.create(
        agent=present.agent,
        version=present.agent.next_version(),
        name=name if name.strip() else active.name,
        description=description,
        document=document,
        forked_from_id=active.forked_from_id,
        forked_from_version=active.forked_from_version,
        from_revision=present.revision,
    )


def _record(action: Action, present: EditorGraph, version: GraphVersion) -> None:
    record(action, version, owner_id=present.agent.owner_id, revision=present.revision)


def check_match(present: EditorGraph, if_match: Collection[int] | None) -> None:
    """Raise DraftConflict where the revision is not one of those that were read."""
    if if_match is not None and present.revision not in if_match:
        raise DraftConflict(members={"draft": present.as_json()})


def _read_document(body: JSONValue, agent_id: UUID, owner_id: Any) -> JSONObject:
    file = read_file(body, DraftFile)
    if file.id not in {"", str(agent_id)}:
        raise GraphIdMismatch
    if file.sub_graphs:
        sentence = "A draft cannot carry sub-agents. Import them as agents, and run these."
        raise InvalidGraph(
            sentence, errors=[Detail("unexpected_sub_agents", sentence, attr="sub_graphs")]
        )
    document = owned(document_of(file), owner_id)
    problems = list(too_many(document))
    if problems:
        raise InvalidGraph(errors=problems)
    return {"name": file.name, "description": file.description, **document}


def _document(version: GraphVersion) -> JSONObject:
    return {"name": version.name, "description": version.description, **version.document}


def _no_agent(agent_id: UUID) -> NotFound:
    return NotFound(f"There is no agent `{agent_id}`, or it is not yours.")
