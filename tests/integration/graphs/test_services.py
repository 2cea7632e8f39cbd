"""Import, save, activate, delete and check agents, against the real database."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from agents.engine.errors import GraphNotRunnable, InvalidGraph
from agents.graphs import services
from agents.graphs.errors import GraphIdMismatch, TooManyVersions, VersionConflict
from agents.graphs.models import Agent, GraphVersion
from agents.graphs.references import LAST_VERSION
from kernel.errors import NotFound
from kernel.jsontypes import JSONObject
from tests.factories.graphs import GraphVersionFactory, document
from tests.support.graphs import GraphBuilder, calculator

pytestmark = pytest.mark.django_db
UNKNOWN_BLOCK = "00000000-0000-0000-0000-00000000cafe"


def with_sub_agent() -> tuple[GraphBuilder, GraphBuilder]:
    sub = calculator("Sub")
    main = GraphBuilder("Main")
    node = main.agent(sub, Input=1)
    sink = main.output("Out")
    main.link(node, "Output", sink, "value")
    return main, sub


def state() -> list[tuple[str, int, bool, str]]:
    """Return every version there is."""
    rows = GraphVersion.objects.order_by("agent__created", "version").select_related("agent")
    return [(str(row.agent_id), row.version, row.is_active, row.name) for row in rows]


class TestCreate:
    def test_makes_an_agent_with_one_active_version(self, alice: User) -> None:
        version = services.create_agent(alice, calculator("Sum").file())

        assert state() == [(str(version.agent_id), 1, True, "Sum")]
        assert version.agent.owner == alice
        assert version.agent.imported_with is None

    def test_keeps_the_version_number_of_the_file(self, alice: User) -> None:
        g = calculator()
        g.version = 7

        assert services.create_agent(alice, g.file()).version == 7

    def test_is_active_whatever_the_file_says(self, alice: User) -> None:
        version = services.create_agent(alice, {**calculator().file(), "is_active": False})

        assert version.is_active is True

    def test_stores_sub_agents_under_their_own_versions(self, alice: User) -> None:
        main, sub = with_sub_agent()
        sub.version = 3
        main.sub_graphs[0] = sub.file()
        main.nodes[0]["input_default"]["graph_version"] = 3
        version = services.create_agent(alice, main.file())

        [stored] = Agent.objects.exclude(pk=version.agent_id)
        [sub_version] = stored.versions.all()
        assert stored.imported_with == version.agent
        assert (sub_version.version, sub_version.is_active, sub_version.name) == (3, True, "Sub")
        values = version.document["nodes"][0]["input_default"]
        assert values["graph_id"] == str(stored.pk)
        assert values["user_id"] == str(alice.pk)

    def test_of_a_sub_agent_with_several_versions_the_last_is_active(self, alice: User) -> None:
        old, new = calculator("Old"), calculator("New")
        new.id, new.version = old.id, 2
        main = GraphBuilder("Main")
        main.agent(old, Input=1)
        main.agent(new, Input=1)
        main.sub_graphs.append(new.file())
        services.create_agent(alice, main.file())

        assert [(number, active, name) for _, number, active, name in state()] == [
            (1, True, "Main"),
            (1, False, "Old"),
            (2, True, "New"),
        ]

    def test_older_versions_of_itself_come_in_beside_it(self, alice: User) -> None:
        main = calculator("Main")
        main.version = 5
        old = calculator("Before")
        old.id, old.version = main.id, 2
        main.sub_graphs.append(old.file())
        version = services.create_agent(alice, main.file())

        id = str(version.agent_id)
        assert state() == [(id, 2, False, "Before"), (id, 5, True, "Main")]
        assert Agent.objects.get().imported_with is None

    def test_remembers_where_a_fork_came_from(self, alice: User) -> None:
        origin = uuid4()
        file = {**calculator().file(), "forked_from_id": str(origin), "forked_from_version": 2}
        version = services.create_agent(alice, file)

        stored = GraphVersion.objects.get(pk=version.pk)
        assert (stored.forked_from_id, stored.forked_from_version) == (origin, 2)

    @pytest.mark.parametrize("origin", [("x", 1), (str(UUID(int=7)), "new"), (7, 7)])
    def test_a_fork_of_something_unreadable_is_no_fork(
        self, alice: User, origin: tuple[Any, Any]
    ) -> None:
        file = calculator().file() | dict(
            zip(("forked_from_id", "forked_from_version"), origin, strict=True)
        )
        version = services.create_agent(alice, file)

        assert (version.forked_from_id, version.forked_from_version) == (None, None)

    def test_refuses_a_bad_sub_agent_and_stores_nothing(self, alice: User) -> None:
        main, sub = with_sub_agent()
        sub.input("credentials")
        main.sub_graphs[0] = sub.file()
        with pytest.raises(InvalidGraph) as refused:
            services.create_agent(alice, main.file())

        assert [error.code for error in refused.value.errors] == ["reserved_input_name"]
        assert state() == []
        assert Agent.objects.count() == 0

    def test_values_come_back_exactly_as_they_were(self, alice: User) -> None:
        values = {"z": 1, "a": 1.0, "nul": "\0", "half": "\ud800", "huge": 10**400, "deep": [[{}]]}
        g = GraphBuilder("🪢 אגוז")
        g.node("CreateDictionaryBlock", values=values)
        version = services.create_agent(alice, g.file())

        stored = GraphVersion.objects.get(pk=version.pk)
        assert stored.name == "🪢 אגוז"
        [node] = stored.document["nodes"]
        assert json.dumps(node["input_default"]) == json.dumps({"values": values})


class TestSave:
    @pytest.fixture
    def version(self, alice: User) -> GraphVersion:
        return services.create_agent(alice, calculator("One").file())

    def test_numbers_go_up_and_the_new_version_is_the_active_one(
        self, version: GraphVersion
    ) -> None:
        services.save_version(version.agent, calculator("Two").file() | {"id": ""})
        saved = services.save_version(version.agent, calculator("Three").file() | {"id": ""})

        id = str(version.agent_id)
        assert saved.version == 3
        assert state() == [(id, 1, False, "One"), (id, 2, False, "Two"), (id, 3, True, "Three")]

    def test_node_ids_are_new(self, version: GraphVersion) -> None:
        saved = services.save_version(version.agent, version.document)

        before = {node["id"] for node in version.document["nodes"]}
        assert before.isdisjoint(node["id"] for node in saved.document["nodes"])

    def test_an_inactive_version_is_only_kept(self, version: GraphVersion) -> None:
        body = calculator("Draft").file() | {"id": str(version.agent_id), "is_active": False}
        services.save_version(version.agent, body)

        id = str(version.agent_id)
        assert state() == [(id, 1, True, "One"), (id, 2, False, "Draft")]

    def test_what_the_body_does_not_say_stays(self, alice: User) -> None:
        origin = str(uuid4())
        file = calculator("Name").file() | {
            "description": "Adds.",
            "forked_from_id": origin,
            "forked_from_version": 4,
        }
        version = services.create_agent(alice, file)
        saved = services.save_version(version.agent, {"nodes": [], "links": []})

        assert (saved.name, saved.description) == ("Name", "Adds.")
        assert (str(saved.forked_from_id), saved.forked_from_version) == (origin, 4)

    def test_a_description_can_be_emptied(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file() | {"description": "Adds."})
        saved = services.save_version(version.agent, {"nodes": [], "description": ""})

        assert saved.description == ""

    def test_a_change_by_someone_else_is_a_conflict(self, version: GraphVersion) -> None:
        services.save_version(version.agent, version.document, if_match={1})
        with pytest.raises(VersionConflict):
            services.save_version(version.agent, version.document, if_match={1})

        assert [(number, active) for _, number, active, _ in state()] == [(1, False), (2, True)]

    def test_another_graphs_body_is_refused(self, version: GraphVersion) -> None:
        with pytest.raises(GraphIdMismatch):
            services.save_version(version.agent, calculator().file())

        assert len(state()) == 1

    def test_a_bad_body_is_refused_and_changes_nothing(self, version: GraphVersion) -> None:
        before = state()
        with pytest.raises(InvalidGraph):
            services.save_version(version.agent, {"nodes": [], "links": [{}]})

        assert state() == before

    def test_sub_agents_that_i_have_are_not_doubled(self, alice: User) -> None:
        main, _ = with_sub_agent()
        version = services.create_agent(alice, main.file())
        saved = services.save_version(version.agent, services.export(version))

        assert Agent.objects.count() == 2
        assert (
            saved.document["nodes"][0]["input_default"]["graph_id"]
            == (version.document["nodes"][0]["input_default"]["graph_id"])
        )

    def test_sub_agents_that_are_new_come_in(self, alice: User, version: GraphVersion) -> None:
        main, _ = with_sub_agent()
        saved = services.save_version(version.agent, main.file() | {"id": ""})

        [sub] = version.agent.sub_agents.all()
        assert saved.document["nodes"][0]["input_default"]["graph_id"] == str(sub.pk)

    def test_a_body_cannot_bring_in_other_versions_of_the_agent(
        self, version: GraphVersion
    ) -> None:
        ghost = calculator("Ghost").file() | {"id": str(version.agent_id), "version": 9}
        services.save_version(version.agent, version.document | {"sub_graphs": [ghost]})

        assert [number for _, number, _, _ in state()] == [1, 2]

    def test_version_numbers_end(self, version: GraphVersion) -> None:
        GraphVersionFactory.create(agent=version.agent, version=LAST_VERSION, is_active=False)
        with pytest.raises(TooManyVersions):
            services.save_version(version.agent, version.document)

        assert len(state()) == 2

    def test_a_deleted_agent_has_no_new_versions(self, version: GraphVersion) -> None:
        services.delete(version.agent)
        with pytest.raises(NotFound):
            services.save_version(version.agent, version.document)

        assert len(state()) == 1


class TestActivate:
    def test_moves_the_active_version(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        services.save_version(version.agent, version.document)
        found = services.activate(version.agent, 1)

        assert (found.version, found.is_active) == (1, True)
        assert [(number, active) for _, number, active, _ in state()] == [(1, True), (2, False)]

    def test_refuses_a_version_that_does_not_exist(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        with pytest.raises(NotFound):
            services.activate(version.agent, 2)

        assert [(number, active) for _, number, active, _ in state()] == [(1, True)]


class TestDelete:
    def living(self) -> set[str]:
        rows = GraphVersion.objects.filter(agent__deleted_at=None)
        return set(rows.values_list("name", flat=True))

    def test_hides_the_agent_and_keeps_its_versions(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        services.delete(version.agent)

        assert self.living() == set()
        assert GraphVersion.objects.count() == 1
        with pytest.raises(NotFound):
            services.find(alice, version.agent_id)

    def test_is_done_once(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        services.delete(version.agent)
        with pytest.raises(NotFound):
            services.delete(version.agent)

    def test_takes_the_sub_agents_along(self, alice: User) -> None:
        main, _ = with_sub_agent()
        version = services.create_agent(alice, main.file())
        services.create_agent(alice, calculator("Other").file())
        services.delete(version.agent)

        assert self.living() == {"Other"}

    def test_leaves_sub_agents_that_another_agent_runs_and_what_they_run(self, alice: User) -> None:
        leaf, sub, unused, main = (GraphBuilder(n) for n in ("Leaf", "Sub", "Unused", "Main"))
        sub.agent(leaf)
        main.agent(sub)
        main.agent(unused)
        version = services.create_agent(alice, main.file())
        shared = next(a for a in version.agent.sub_agents.all() if a.versions.get().name == "Sub")
        other = GraphBuilder("Other")
        other.agent(sub)
        other.sub_graphs.clear()
        other.nodes[0]["input_default"]["graph_id"] = str(shared.pk)
        services.create_agent(alice, other.file())
        services.delete(version.agent)

        assert self.living() == {"Sub", "Leaf", "Other"}

    def test_takes_agents_along_that_only_it_runs_through_each_other(self, alice: User) -> None:
        one, two = GraphBuilder("One"), GraphBuilder("Two")
        two.agent(one)
        two.sub_graphs.clear()
        one.agent(two)
        version = services.create_agent(alice, one.file())
        services.delete(version.agent)

        assert self.living() == set()


class TestFind:
    def test_gives_the_owner_the_active_version_or_the_one_named(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        services.save_version(version.agent, version.document)

        assert services.find(alice, version.agent_id).version == 2
        assert services.find(alice, version.agent_id, 1).version == 1

    @pytest.mark.parametrize("number", [None, 1, 2, 10**30])
    def test_gives_a_stranger_nothing(self, alice: User, charlie: User, number: int | None) -> None:
        version = services.create_agent(alice, calculator().file())
        with pytest.raises(NotFound):
            services.find(charlie, version.agent_id, number)

    def test_gives_no_version_that_does_not_exist(self, alice: User) -> None:
        version = services.create_agent(alice, calculator().file())
        for number in (2, 10**30):
            with pytest.raises(NotFound):
                services.find(alice, version.agent_id, number)


class TestRunnable:
    def refusals(self, user: User, version: GraphVersion) -> list[tuple[str, str | None]]:
        with pytest.raises(GraphNotRunnable) as refused:
            services.runnable(user, version.agent_id, version.version)
        return [(error.code, error.node_id) for error in refused.value.errors]

    def test_gives_a_version_that_can_run(self, alice: User) -> None:
        main, _ = with_sub_agent()
        version = services.create_agent(alice, main.file())

        assert services.runnable(alice, version.agent_id) == version
        assert services.runnable(alice, version.agent_id, 1) == version

    def test_hides_an_agent_from_strangers(self, alice: User, bob: User) -> None:
        version = services.create_agent(alice, calculator().file())
        with pytest.raises(NotFound):
            services.runnable(bob, version.agent_id)

    def test_names_all_that_is_missing(self, alice: User) -> None:
        g = GraphBuilder()
        g.add(UNKNOWN_BLOCK, {})
        g.node("CalculatorBlock", operation="Add", a=1)
        version = services.create_agent(alice, g.file())
        mystery, sum = (node["id"] for node in version.document["nodes"])

        assert self.refusals(alice, version) == [
            ("unknown_block", mystery),
            ("missing_value", sum),
        ]

    def test_names_sub_agents_that_are_not_there(self, alice: User) -> None:
        main, _ = with_sub_agent()
        main.sub_graphs.clear()
        version = services.create_agent(alice, main.file())

        assert self.refusals(alice, version) == [
            ("sub_agent_missing", version.document["nodes"][0]["id"])
        ]

    def test_names_sub_agents_of_other_people(self, alice: User, charlie: User) -> None:
        theirs = services.create_agent(charlie, calculator().file())
        main, _ = with_sub_agent()
        main.sub_graphs.clear()
        main.nodes[0]["input_default"]["graph_id"] = str(theirs.agent_id)
        version = services.create_agent(alice, main.file())

        assert [code for code, _ in self.refusals(alice, version)] == ["sub_agent_missing"]

    def test_names_sub_agents_that_were_deleted(self, alice: User) -> None:
        main, _ = with_sub_agent()
        version = services.create_agent(alice, main.file())
        services.delete(version.agent.sub_agents.get())

        assert [code for code, _ in self.refusals(alice, version)] == ["sub_agent_missing"]

    def test_accepts_an_agent_of_ones_own_that_no_file_carried(self, alice: User) -> None:
        mine = services.create_agent(alice, calculator().file())
        main, _ = with_sub_agent()
        main.sub_graphs.clear()
        main.nodes[0]["input_default"]["graph_id"] = str(mine.agent_id)
        version = services.create_agent(alice, main.file())

        assert services.runnable(alice, version.agent_id) == version

    @pytest.mark.parametrize("values", [{"graph_id": "x"}, {"graph_version": "first"}])
    def test_names_references_that_nobody_can_read(self, alice: User, values: JSONObject) -> None:
        main, _ = with_sub_agent()
        main.sub_graphs.clear()
        main.nodes[0]["input_default"] |= values
        version = services.create_agent(alice, main.file())

        assert [code for code, _ in self.refusals(alice, version)] == ["sub_agent_missing"]

    def test_tells_what_is_wrong_inside_a_sub_agent_at_the_node_that_runs_it(
        self, alice: User
    ) -> None:
        leaf, sub, main = GraphBuilder("Leaf"), GraphBuilder("Sub"), GraphBuilder("Main")
        leaf.add(UNKNOWN_BLOCK, {}, title="Riddle")
        sub.agent(leaf)
        main.agent(sub)
        version = services.create_agent(alice, main.file())
        with pytest.raises(GraphNotRunnable) as refused:
            services.runnable(alice, version.agent_id)

        [error] = refused.value.errors
        assert error.code == "unknown_block"
        assert error.node_id == version.document["nodes"][0]["id"]
        assert error.detail.startswith("In the agent 'Leaf' that 'Agent Executor' runs: ")

    def test_agents_that_run_each_other_are_looked_at_once(self, alice: User) -> None:
        one, two = GraphBuilder("One"), GraphBuilder("Two")
        two.agent(one)
        two.sub_graphs.clear()
        one.agent(two)
        version = services.create_agent(alice, one.file())

        assert services.runnable(alice, version.agent_id) == version


class TestSamples:
    @pytest.fixture
    def samples(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        for name in ("one", "two"):
            (tmp_path / f"{name}.json").write_text(json.dumps(calculator(name).file()))
        monkeypatch.setattr(services, "SAMPLES", tmp_path)
        return tmp_path

    def test_are_loaded_once(self, alice: User, samples: Path) -> None:
        assert [version.name for version in services.load_samples(alice)] == ["one", "two"]
        assert services.load_samples(alice) == []
        assert Agent.objects.count() == 2

    def test_do_not_come_back_when_they_were_deleted(self, alice: User, samples: Path) -> None:
        first, _ = services.load_samples(alice)
        services.delete(first.agent)

        assert services.load_samples(alice) == []

    def test_that_are_new_are_added_later(self, alice: User, samples: Path) -> None:
        services.load_samples(alice)
        (samples / "three.json").write_text(json.dumps(calculator("three").file()))

        assert [version.name for version in services.load_samples(alice)] == ["three"]

    def test_are_everyones_own(self, alice: User, bob: User, samples: Path) -> None:
        services.load_samples(alice)

        assert len(services.load_samples(bob)) == 2

    def test_that_are_shipped_can_run(self, alice: User) -> None:
        loaded = services.load_samples(alice)

        assert loaded
        for version in loaded:
            assert services.runnable(alice, version.agent_id) == version


def test_factories_make_what_the_services_understand(alice: User) -> None:
    version = GraphVersionFactory.create(agent__owner=alice, document=document(calculator()))

    assert services.runnable(alice, UUID(str(version.agent_id))) == version
