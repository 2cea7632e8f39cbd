"""What an agent's editor shows, and who may change it when."""

from typing import Any

import pytest

from accounts.models import User
from agents.engine.errors import InvalidGraph
from agents.graphs import drafts, services
from agents.graphs.errors import DraftConflict, GraphIdMismatch
from agents.graphs.models import Agent, Draft, GraphVersion
from kernel.errors import NotFound
from kernel.jsontypes import JSONObject
from tests.support.graphs import GraphBuilder, calculator

pytestmark = pytest.mark.django_db

ANY = None


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


@pytest.fixture
def graph(alice: User, version: GraphVersion) -> JSONObject:
    """What the editor shows at first, to be edited."""
    return shown(alice, version)


def shown(user: User, version: GraphVersion) -> JSONObject:
    found = drafts.read(user, version.agent_id).as_json()["graph"]
    assert isinstance(found, dict)
    return found


def renamed(graph: JSONObject, name: str) -> JSONObject:
    return {**graph, "name": name}


class TestRead:
    def test_without_a_draft_it_is_the_active_version(
        self, alice: User, version: GraphVersion
    ) -> None:
        found = drafts.read(alice, version.agent_id).as_json()

        assert found == {
            "graph": {
                "id": str(version.agent_id),
                "name": "Sum",
                "description": "",
                **version.document,
            },
            "revision": 0,
            "base_version": 1,
            "active_version": 1,
            "has_changes": False,
            "credentials_input_schema": {"type": "object", "properties": {}, "required": []},
            "updated_at": version.created,
            "problems": [],
        }

    def test_a_stranger_finds_nothing(self, charlie: User, version: GraphVersion) -> None:
        with pytest.raises(NotFound):
            drafts.read(charlie, version.agent_id)

    def test_a_deleted_agent_has_no_draft_any_more(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "Total"), if_match=ANY)
        services.delete(version.agent)

        with pytest.raises(NotFound):
            drafts.read(alice, version.agent_id)
        assert not Draft.objects.exists()


class TestSave:
    def test_what_was_sent_is_kept_to_the_key(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph["nodes"][0] |= {"mine": [1.0, None], "metadata": {"position": {"x": 1.5, "y": -2}}}
        graph["links"][0]["bend"] = {"x": 3}
        graph |= {"description": "Adds.", "groups": [{"id": "g", "title": "G", "color": "red"}]}
        saved = drafts.save(alice, version.agent_id, graph, if_match={0}).as_json()

        assert (saved["revision"], saved["has_changes"]) == (1, True)
        assert drafts.read(alice, version.agent_id).as_json() == saved
        kept = saved["graph"]
        assert kept == graph
        assert [node["id"] for node in kept["nodes"]] == [n["id"] for n in graph["nodes"]]
        assert version.agent.versions.count() == 1

    def test_an_unfinished_graph_is_kept_with_its_problems(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        link, nodes = graph["links"][0], graph["nodes"]
        graph["links"] = [{**link, "source_name": "nothing"}]
        del nodes[2]["input_default"]["name"]
        saved = drafts.save(alice, version.agent_id, graph, if_match={0}).as_json()

        assert [
            (one["code"], one.get("node_id"), one.get("link_id"), one.get("pin"), one["forbids"])
            for one in saved["problems"]
        ] == [
            ("unknown_output_pin", nodes[0]["id"], link["id"], "nothing", "publish"),
            ("missing_value", nodes[2]["id"], None, "name", "publish"),
        ]

    def test_what_only_forbids_running_says_so(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph |= {"nodes": [graph["nodes"][1]], "links": []}
        saved = drafts.save(alice, version.agent_id, graph, if_match={0}).as_json()

        assert [(one["code"], one["pin"], one["forbids"]) for one in saved["problems"]] == [
            ("missing_value", "a", "run")
        ]

    def test_two_nodes_with_one_id_are_a_problem(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph["nodes"] = [graph["nodes"][0], graph["nodes"][0]]
        saved = drafts.save(alice, version.agent_id, graph, if_match={0}).as_json()

        assert [one["code"] for one in saved["problems"]] == ["duplicate_node_id"]
        assert len(saved["graph"]["nodes"]) == 2

    def test_a_stale_save_is_refused_with_the_present_draft(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        mine = drafts.save(alice, version.agent_id, renamed(graph, "Mine"), if_match={0})
        with pytest.raises(DraftConflict) as refused:
            drafts.save(alice, version.agent_id, renamed(graph, "Theirs"), if_match={0})

        assert refused.value.members == {"draft": mine.as_json()}
        assert shown(alice, version)["name"] == "Mine"

    def test_a_save_that_comes_twice_is_one(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        first = drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        again = drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})

        assert again.as_json() == first.as_json()
        assert again.revision == 1

    def test_a_save_that_takes_all_changes_back_leaves_no_draft(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        back = drafts.save(alice, version.agent_id, graph, if_match={1})

        assert (back.has_changes, back.revision) == (False, 2)
        assert not Draft.objects.exists()

    def test_what_the_server_derives_is_left_out(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        more = {"version": 7, "input_schema": {}, "is_active": False, "problems": [{}]}
        saved = drafts.save(alice, version.agent_id, {**graph, **more}, if_match={0})

        assert not saved.has_changes

    def test_sub_agents_become_the_owners(self, alice: User, version: GraphVersion) -> None:
        g = GraphBuilder()
        g.agent(calculator())
        g.sub_graphs.clear()
        saved = drafts.save(alice, version.agent_id, {**g.file(), "id": ""}, if_match={0})

        [node] = saved.document["nodes"]
        assert node["input_default"]["user_id"] == str(alice.pk)
        assert [problem.code for problem, _ in saved.problems()] == [
            "missing_value",
            "sub_agent_missing",
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"nodes": None},
            {"nodes": [{"id": "", "block_id": "x"}]},
            {"nodes": [{"id": "x" * 65, "block_id": "x"}]},
            {"nodes": [{"id": "a\0", "block_id": "x"}]},
            {"nodes": [{"id": "a"}]},
            {"links": [{"source_id": "a"}]},
            {"name": "x" * 256},
            {"sub_graphs": [{"id": "a", "nodes": []}]},
        ],
    )
    def test_what_is_no_graph_is_refused(
        self, alice: User, version: GraphVersion, graph: JSONObject, change: JSONObject
    ) -> None:
        with pytest.raises(InvalidGraph):
            drafts.save(alice, version.agent_id, {**graph, **change}, if_match=ANY)
        assert not Draft.objects.exists()

    def test_another_agents_graph_is_refused(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        with pytest.raises(GraphIdMismatch):
            drafts.save(alice, version.agent_id, {**graph, "id": "other"}, if_match=ANY)

    def test_too_large_a_graph_is_refused(
        self, alice: User, version: GraphVersion, graph: JSONObject, settings: Any
    ) -> None:
        settings.GRAPHS = {"max_nodes": 2, "max_links": 1}
        with pytest.raises(InvalidGraph) as refused:
            drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match=ANY)

        assert [one.code for one in refused.value.errors] == ["too_many_nodes", "too_many_links"]

    def test_a_stranger_cannot_save(
        self, charlie: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        with pytest.raises(NotFound):
            drafts.save(charlie, version.agent_id, graph, if_match=ANY)


class TestPublish:
    def test_the_draft_becomes_the_active_version_with_its_ids(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph["nodes"][1]["input_default"]["b"] = 35
        drafts.save(alice, version.agent_id, renamed(graph, "Total"), if_match={0})
        published, left = drafts.publish(alice, version.agent_id, if_match={1})

        assert (published.version, published.name, published.is_active) == (2, "Total", True)
        assert published.document == {"nodes": graph["nodes"], "links": graph["links"]}
        assert (left.revision, left.base.version, left.has_changes) == (2, 2, False)
        assert services.find(alice, version.agent_id).version == 2
        assert not Draft.objects.exists()

    def test_publishing_twice_makes_one_version(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "Total"), if_match={0})
        first, _ = drafts.publish(alice, version.agent_id, if_match={1})
        again, left = drafts.publish(alice, version.agent_id, if_match={1})

        assert again.pk == first.pk
        assert left.revision == 2
        assert version.agent.versions.count() == 2

    def test_without_changes_it_is_the_active_version(
        self, alice: User, version: GraphVersion
    ) -> None:
        published, left = drafts.publish(alice, version.agent_id, if_match={0})

        assert (published.pk, left.revision) == (version.pk, 0)

    def test_an_invalid_graph_is_refused_and_kept(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        del graph["nodes"][2]["input_default"]["name"]
        drafts.save(alice, version.agent_id, graph, if_match={0})
        with pytest.raises(InvalidGraph) as refused:
            drafts.publish(alice, version.agent_id, if_match={1})

        assert [one.code for one in refused.value.errors] == ["missing_value"]
        assert drafts.read(alice, version.agent_id).has_changes
        assert version.agent.versions.count() == 1

    def test_a_graph_that_only_cannot_run_is_published(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        empty = {**graph, "nodes": [], "links": []}
        drafts.save(alice, version.agent_id, empty, if_match={0})
        published, _ = drafts.publish(alice, version.agent_id, if_match={1})

        assert published.document == {"nodes": [], "links": []}

    def test_a_stale_publish_is_refused(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        with pytest.raises(DraftConflict):
            drafts.publish(alice, version.agent_id, if_match={0})

        assert version.agent.versions.count() == 1

    def test_a_blank_name_stays_as_it_was(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, " "), if_match={0})
        published, _ = drafts.publish(alice, version.agent_id, if_match={1})

        assert published.name == "Sum"


class TestDiscardAndRestore:
    def test_a_discarded_draft_gives_way_to_the_active_version(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        left = drafts.discard(alice, version.agent_id, if_match={1})
        again = drafts.discard(alice, version.agent_id, if_match={1})

        assert (left.revision, left.has_changes, left.document["name"]) == (2, False, "Sum")
        assert again.revision == 2

    def test_a_stale_discard_is_refused(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        with pytest.raises(DraftConflict):
            drafts.discard(alice, version.agent_id, if_match={0})

        assert shown(alice, version)["name"] == "New"

    def test_a_restored_version_is_the_draft(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "Second"), if_match={0})
        drafts.publish(alice, version.agent_id, if_match={1})
        found = drafts.restore(alice, version.agent_id, 1, if_match={2})
        again = drafts.restore(alice, version.agent_id, 1, if_match={2})

        assert found.document["name"] == "Sum"
        assert (found.base.version, found.revision, found.has_changes) == (2, 3, True)
        assert again.as_json() == found.as_json()
        published, _ = drafts.publish(alice, version.agent_id, if_match={3})
        assert (published.version, published.name) == (3, "Sum")

    def test_a_version_that_is_not_there_cannot_be_restored(
        self, alice: User, version: GraphVersion
    ) -> None:
        with pytest.raises(NotFound, match="no version 2"):
            drafts.restore(alice, version.agent_id, 2, if_match=ANY)

    def test_the_active_version_restored_is_no_change(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "New"), if_match={0})
        found = drafts.restore(alice, version.agent_id, 1, if_match={1})

        assert (found.has_changes, found.revision) == (False, 2)


class TestOtherWaysToChangeTheAgent:
    def test_a_version_saved_elsewhere_is_a_change_for_an_editor_without_draft(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        services.save_version(version.agent, calculator("Other").file() | {"id": ""})
        with pytest.raises(DraftConflict) as refused:
            drafts.save(alice, version.agent_id, renamed(graph, "Mine"), if_match={0})

        assert refused.value.members["draft"]["graph"]["name"] == "Other"
        assert refused.value.members["draft"]["base_version"] == 2

    def test_a_version_saved_elsewhere_leaves_a_draft_alone(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        drafts.save(alice, version.agent_id, renamed(graph, "Mine"), if_match={0})
        services.save_version(version.agent, calculator("Other").file() | {"id": ""})
        found = drafts.save(alice, version.agent_id, renamed(graph, "Still mine"), if_match={1})

        assert (found.base.version, found.active_version) == (1, 2)

    def test_another_active_version_is_a_change_too(
        self, alice: User, version: GraphVersion
    ) -> None:
        services.save_version(version.agent, calculator("Other").file() | {"id": ""})
        services.activate(version.agent, 1)
        services.activate(version.agent, 1)

        assert drafts.read(alice, version.agent_id).revision == 2

    def test_a_version_that_is_not_active_is_none(self, alice: User, version: GraphVersion) -> None:
        body = calculator("Other").file() | {"id": "", "is_active": False}
        services.save_version(version.agent, body)

        assert Agent.objects.get().revision == 0
