"""What can be done with agents. Drafts, exports and the checks before a run live next door."""

from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agents.graphs import drafts
from agents.graphs.arrival import Arrival, arrivals
from agents.graphs.auditing import record
from agents.graphs.errors import GraphIdMismatch, VersionConflict
from agents.graphs.exchange import GraphFile, read_file
from agents.graphs.export import export
from agents.graphs.models import Agent, Draft, GraphVersion, load_graphs
from agents.graphs.references import Reference, mentions, reference_of
from agents.graphs.running import find, find_startable, run_problems, runnable, startable_versions
from agents.graphs.settings import GraphSettings
from audit.actions import Action
from kernel.errors import NotFound
from kernel.jsontypes import JSONValue, loads

__all__ = [
    "activate",
    "change_settings",
    "create_agent",
    "delete",
    "export",
    "find",
    "find_startable",
    "load_samples",
    "run_problems",
    "runnable",
    "save_version",
    "settings_of",
    "startable_versions",
]

SAMPLES = Path(__file__).parent / "samples"


@transaction.atomic
def create_agent(
    owner: User,
    file: JSONValue,
    *,
    sample: str | None = None,
    imported: bool = False,
    pk: UUID | None = None,
) -> GraphVersion:
    """Return the first version of a new agent made from a file in the exchange format.

    Its sub-agents become agents too. All ids are new, the version numbers are the file's.
    ``imported``: somebody brought the file, and did not begin an agent here. ``pk`` is the
    version's key, where the caller chose one (see `agents.graphs.creation`).
    Raises InvalidGraph with all problems; then nothing was stored.
    """
    main, *others = arrivals(read_file(file), owner_id=owner.pk)
    agent = Agent.objects.create(id=main.agent_id, owner=owner, sample=sample)
    _store_sub_agents(agent, others)
    made = _store(main, main.file.version, is_active=True, pk=pk)
    record(
        Action.AGENT_IMPORTED if imported else Action.AGENT_CREATED,
        made,
        owner_id=owner.pk,
        sub_agents=len(others),
        **({"sample": sample} if sample else {}),
    )
    return made


@transaction.atomic
def save_version(
    agent: Agent, body: JSONValue, *, if_match: Collection[int] | None = None
) -> GraphVersion:
    """Return a new version of the agent, active unless the body says otherwise.

    ``if_match``: the versions that may be active now. Raises VersionConflict, GraphIdMismatch,
    InvalidGraph or NotFound; then nothing was stored.
    """
    agent = Agent.objects.locked(agent.pk)
    active = agent.versions.get(is_active=True)
    if if_match is not None and active.version not in if_match:
        raise VersionConflict
    file = read_file(body)
    if file.id not in {"", str(agent.pk)}:
        raise GraphIdMismatch
    main, *others = arrivals(
        file, owner_id=agent.owner_id, agent_id=agent.pk, present=_present(agent, file)
    )
    _store_sub_agents(agent, others)
    if file.is_active:
        agent.versions.filter(is_active=True).update(is_active=False)
        drafts.active_changed(agent)
    saved = _store(main, agent.next_version(), is_active=file.is_active, before=active)
    record(Action.AGENT_SAVED, saved, owner_id=agent.owner_id, is_active=file.is_active)
    return saved


@transaction.atomic
def activate(agent: Agent, version: int) -> GraphVersion:
    """Return the version, which runs from now on when none is named. Raises NotFound."""
    agent = Agent.objects.locked(agent.pk)
    found = agent.versions.filter(version=version).first()
    if found is None:
        raise NotFound(f"The agent has no version {version}.")
    agent.versions.filter(is_active=True).update(is_active=False)
    agent.versions.filter(pk=found.pk).update(is_active=True)
    if not found.is_active:
        drafts.active_changed(agent)
        record(Action.AGENT_ACTIVATED, found, owner_id=agent.owner_id)
    found.is_active = True
    return found


def settings_of(agent_id: UUID) -> GraphSettings:
    """Return what is set for an agent now; for a deleted one too, whose runs go on."""
    return GraphSettings.stored(Agent.objects.values_list("settings", flat=True).get(pk=agent_id))


@transaction.atomic
def change_settings(agent: Agent, changes: JSONValue) -> GraphSettings:
    """Return the agent's settings with the keys of an object changed.

    Raises InvalidSettings or NotFound; then nothing changed.
    """
    agent = Agent.objects.locked(agent.pk)
    settings = GraphSettings.stored(agent.settings).changed(changes)
    agent.settings = settings.chosen
    agent.save(update_fields=["settings"])
    active = agent.versions.defer("document").get(is_active=True)
    record(Action.AGENT_CHANGED, active, owner_id=agent.owner_id, settings=settings.chosen)
    return settings


@transaction.atomic
def delete(agent: Agent) -> None:
    """Delete the agent, and the sub-agents that came in with it and that no other agent runs.

    Their executions stay. Raises NotFound where someone else was faster.
    """
    agent = Agent.objects.locked(agent.pk)
    sub_agents = agent.sub_agents.filter(deleted_at=None).values_list("pk", flat=True)
    gone = _unused_elsewhere(agent, {agent.pk, *sub_agents})
    Agent.objects.filter(pk__in=gone).update(deleted_at=timezone.now())
    Draft.objects.filter(agent__in=gone).delete()
    active = agent.versions.defer("document").get(is_active=True)
    record(Action.AGENT_DELETED, active, owner_id=agent.owner_id, agents=len(gone))


@transaction.atomic
def load_samples(user: User) -> list[GraphVersion]:
    """Return the shipped samples that the user did not have yet, now imported.

    A sample that was loaded once is not loaded again, even if it was deleted since.
    """
    User.objects.select_for_update().get(pk=user.pk)  # one at a time for each user
    known = set(user.agents.exclude(sample=None).values_list("sample", flat=True))
    return [
        create_agent(user, loads(path.read_bytes()), sample=path.stem)
        for path in sorted(SAMPLES.glob("*.json"))
        if path.stem not in known
    ]


def _present(agent: Agent, file: GraphFile) -> set[Reference]:
    """Return the versions in the file that the owner has: they stay as they are.

    So an exported file can be edited and saved again without doubling its sub-agents.
    """
    carried = {
        reference
        for id, version in file.family()
        if (reference := reference_of({"graph_id": id, "graph_version": version}))
    }
    mine = GraphVersion.objects.owned_by(agent.owner_id).defer("document")
    own = {reference for reference in carried if reference.agent_id == agent.pk}
    return own | mine.by_reference(carried).keys()


def _store_sub_agents(agent: Agent, sub_agents: Sequence[Arrival]) -> None:
    """Store the agents that came in with an agent; of each, the last version is active."""
    last: dict[UUID, int] = {}
    for arrival in sub_agents:
        last[arrival.agent_id] = max(last.get(arrival.agent_id, 0), arrival.file.version)
    new = [pk for pk in last if pk != agent.pk]
    Agent.objects.bulk_create(
        [Agent(id=pk, owner_id=agent.owner_id, imported_with=agent) for pk in new]
    )
    GraphVersion.objects.bulk_create(
        [
            _version(
                arrival,
                arrival.file.version,
                is_active=arrival.agent_id != agent.pk
                and arrival.file.version == last[arrival.agent_id],
            )
            for arrival in sub_agents
        ]
    )


def _store(
    arrival: Arrival,
    number: int,
    *,
    is_active: bool,
    before: GraphVersion | None = None,
    pk: UUID | None = None,
) -> GraphVersion:
    version = _version(arrival, number, is_active=is_active)
    version.pk = pk or version.pk
    if before is not None:
        version.forked_from_id = before.forked_from_id
        version.forked_from_version = before.forked_from_version
        version.name = version.name if arrival.file.name.strip() else before.name
        if "description" not in arrival.file.model_fields_set:
            version.description = before.description
    version.save(force_insert=True)
    return version


def _version(arrival: Arrival, number: int, *, is_active: bool) -> GraphVersion:
    origin = reference_of(
        {
            "graph_id": arrival.file.forked_from_id,
            "graph_version": arrival.file.forked_from_version,
        }
    )
    return GraphVersion(
        agent_id=arrival.agent_id,
        version=number,
        is_active=is_active,
        name=arrival.file.title,
        description=arrival.file.description,
        document=arrival.document,
        forked_from_id=origin and origin.agent_id,
        forked_from_version=origin and origin.version,
    )


def _unused_elsewhere(agent: Agent, candidates: set[UUID]) -> set[UUID]:
    """Return the agent and those candidates that no other agent runs, directly or through one."""
    if len(candidates) == 1:
        return candidates
    versions = GraphVersion.objects.owned_by(agent.owner_id).running_agents().defer("document")
    load_graphs(versions)
    runs: dict[UUID, set[UUID]] = {}
    for version in versions:
        named = {reference.agent_id for reference in mentions(version.graph)}
        runs.setdefault(version.agent_id, set()).update(named)
    reached = runs.keys() - candidates
    needed: set[UUID] = set()
    while reached:
        needed |= reached
        reached = {below for id in reached for below in runs.get(id, ())} - needed - {agent.pk}
    return candidates - needed
