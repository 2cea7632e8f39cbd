"""Runs of drafts: snapshots, pinned outputs, one node alone, and replays with a changed draft."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.utils.timezone import now

from accounts.models import User
from agents.engine.errors import GraphNotRunnable, InvalidInputs, NothingToStart
from agents.executions import purging, services
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.executions.services import UnknownNode
from agents.graphs import drafts
from agents.graphs import services as graphs
from agents.graphs.errors import DraftConflict
from agents.graphs.models import GraphVersion
from kernel.errors import NotFound
from kernel.jsontypes import JSONObject
from tests.support.cases import add, shown, values
from tests.support.clients import api
from tests.support.endpoints import EndpointContract
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import rows, run_to_end

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return graphs.create_agent(alice, calculator("Sum").file())


@pytest.fixture
def graph(alice: User, version: GraphVersion) -> JSONObject:
    """The calculator as its editor shows it: an input, a sum and an output."""
    found: JSONObject = drafts.read(alice, version.agent_id).as_json()["graph"]
    return found


def save(user: User, version: GraphVersion, graph: JSONObject) -> None:
    drafts.save(user, version.agent_id, graph, if_match=None)


def execute(user: User, version: GraphVersion, **more: Any) -> Execution:
    more = {"inputs": {}, **more}
    return run_to_end(services.start_draft(owner=user, agent_id=version.agent_id, **more))


def snapshots() -> list[GraphVersion]:
    return list(GraphVersion.with_snapshots.exclude(snapshot=""))


class TestContract(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return f"/api/v1/graphs/{version.agent_id}/draft/execute/"


class TestRunOfADraft:
    def test_the_draft_runs_as_it_is_under_its_own_ids(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph["nodes"][1]["input_default"]["b"] = 1
        save(alice, version, graph)
        run = execute(alice, version, inputs={"Input": 2})

        assert (run.status, outputs(run)) == ("COMPLETED", {"Output": [3]})
        assert [len(rows(run, node["id"])) for node in graph["nodes"]] == [1, 1, 1]
        assert (run.graph_version.version, run.graph_version.is_snapshot) == (1, True)

    def test_an_agent_without_a_draft_runs_as_its_active_version(
        self, alice: User, version: GraphVersion
    ) -> None:
        assert outputs(execute(alice, version, inputs={"Input": 1})) == {"Output": [35]}

    def test_the_same_draft_is_kept_once(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        first = execute(alice, version)
        assert execute(alice, version).graph_version == first.graph_version
        save(alice, version, {**graph, "name": "Other"})
        assert execute(alice, version).graph_version != first.graph_version
        assert len(snapshots()) == 2

    def test_nothing_shows_a_snapshot_as_a_version(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        save(alice, version, {**graph, "name": "Draft"})
        execute(alice, version)

        listed = api(alice).get(f"/api/v1/graphs/{version.agent_id}/versions/").json()["results"]
        assert [one["name"] for one in listed] == ["Sum"]
        assert [one["name"] for one in api(alice).get("/api/v1/graphs/").json()["results"]] == [
            "Sum"
        ]
        assert graphs.find(alice, version.agent_id).name == "Sum"
        assert graphs.find(alice, version.agent_id, 1).name == "Sum"
        published, _ = drafts.publish(alice, version.agent_id, if_match=None)
        assert published.version == 2
        assert graphs.activate(version.agent, 1).name == "Sum"

    def test_disabled_nodes_are_left_out(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        _, total, sink = graph["nodes"]
        total["metadata"]["disabled"] = True
        graph["links"].append(
            {
                **graph["links"][0],
                "id": "past",
                "sink_id": sink["id"],
                "sink_name": "value",
            }
        )
        save(alice, version, graph)
        run = execute(alice, version, inputs={"Input": 2})

        assert outputs(run) == {"Output": [2]}
        assert rows(run, total["id"]) == []
        published, _ = drafts.publish(alice, version.agent_id, if_match=None)
        inputs = {"Input": 2}
        again = services.start_execution(owner=alice, agent_id=version.agent_id, inputs=inputs)
        assert outputs(run_to_end(again)) == {"Output": [2]}
        assert len(published.document["nodes"]) == 3

    def test_pinned_outputs_count_in_runs_of_the_draft_only(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        graph["nodes"][1]["metadata"]["pinned"] = {"result": ["pinned"]}
        save(alice, version, graph)
        run = execute(alice, version, inputs={"Input": 2})
        drafts.publish(alice, version.agent_id, if_match=None)
        published = services.start_execution(
            owner=alice, agent_id=version.agent_id, inputs={"Input": 2}
        )

        assert outputs(run) == {"Output": ["pinned"]}
        assert outputs(run_to_end(published)) == {"Output": [36]}

    def test_a_pinned_node_may_lack_what_it_needs(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        del graph["nodes"][1]["input_default"]["b"]
        save(alice, version, graph)
        with pytest.raises(GraphNotRunnable):
            execute(alice, version, inputs={"Input": 2})
        graph["nodes"][1]["metadata"]["pinned"] = {"result": [1]}
        save(alice, version, graph)

        assert outputs(execute(alice, version, inputs={"Input": 2})) == {"Output": [1]}

    def test_a_draft_that_cannot_run_is_refused_and_nothing_is_kept(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        save(alice, version, {**graph, "nodes": [graph["nodes"][0]] * 2, "links": []})
        with pytest.raises(GraphNotRunnable) as refused:
            execute(alice, version)

        assert [one.code for one in refused.value.errors] == ["duplicate_node_id"]
        assert (snapshots(), Execution.objects.count()) == ([], 0)

    def test_inputs_that_do_not_fit_are_refused_and_nothing_is_kept(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        g = GraphBuilder()
        g.node("AgentDateInputBlock", name="n")
        save(alice, version, {**graph, "nodes": g.nodes, "links": []})
        with pytest.raises(InvalidInputs):
            execute(alice, version, inputs={"n": "no date"})

        assert snapshots() == []

    def test_only_the_revision_that_was_read_is_run(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        save(alice, version, {**graph, "name": "New"})
        with pytest.raises(DraftConflict):
            execute(alice, version, if_match={0})

        assert execute(alice, version, if_match={1}).status == "COMPLETED"

    def test_a_stranger_cannot_run_it(self, charlie: User, version: GraphVersion) -> None:
        with pytest.raises(NotFound):
            execute(charlie, version)


class TestOneNodeAlone:
    def test_it_runs_without_its_links_on_the_values_given(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        total = graph["nodes"][1]["id"]
        run = execute(alice, version, node=total, inputs={"a": 5})

        [row] = rows(run, total)
        assert (run.status, run.started, row.input_data["a"]) == ("COMPLETED", 1, 5)
        assert [one.pair for one in row.emissions.all()] == [("result", 39)]

    def test_it_runs_though_it_is_pinned_or_disabled(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        node = graph["nodes"][1]
        node["metadata"] |= {"disabled": True, "pinned": {"result": [1]}}
        save(alice, version, graph)
        run = execute(alice, version, node=node["id"], inputs={"a": 5})

        assert [one.pair for one in rows(run, node["id"])[0].emissions.all()] == [("result", 39)]

    def test_what_is_wrong_elsewhere_does_not_matter(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        del graph["nodes"][2]["input_default"]["name"]
        save(alice, version, graph)

        assert execute(alice, version, node=graph["nodes"][0]["id"]).status == "COMPLETED"

    def test_a_value_that_is_missing_is_named_by_its_pin(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        total = graph["nodes"][1]["id"]
        with pytest.raises(GraphNotRunnable) as refused:
            execute(alice, version, node=total)

        [problem] = refused.value.errors
        assert (problem.code, problem.node_id, problem.pin) == ("missing_value", total, "a")

    def test_a_node_that_is_not_there_is_refused(self, alice: User, version: GraphVersion) -> None:
        with pytest.raises(UnknownNode, match="no node 'nobody'"):
            execute(alice, version, node="nobody")

    def test_a_note_does_not_run(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        g = GraphBuilder()
        note = g.node("NoteBlock", text="t")
        save(alice, version, {**graph, "nodes": [*graph["nodes"], *g.nodes]})
        with pytest.raises((NothingToStart, GraphNotRunnable)):
            execute(alice, version, node=note)


class TestReplay:
    @pytest.fixture
    def chain(self, alice: User) -> tuple[GraphVersion, JSONObject]:
        """Values → plus 10 → output."""
        g = GraphBuilder()
        source = values(g, 1, 2)
        total = add(g, b=10)
        g.link(source, "out", total, "a")
        shown(g, total, "result", "sums")
        version = graphs.create_agent(alice, g.file())
        return version, drafts.read(alice, version.agent_id).as_json()["graph"]

    def replay(self, user: User, old: Execution, node: str, **more: Any) -> Execution:
        return run_to_end(
            services.replay_execution(old, owner=user, from_node=node, draft=True, **more)
        )

    def test_a_changed_draft_takes_over_what_lies_before_the_node(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        old = execute(alice, version)
        source, total, _ = graph["nodes"]
        total["input_default"]["b"] = 100
        save(alice, version, graph)
        new = self.replay(alice, old, total["id"])

        assert outputs(new) == {"sums": [101, 102]}
        assert [row.reused_from for row in rows(new, source["id"])] == [
            row.pk for row in rows(old, source["id"])
        ]
        assert new.graph_version.is_snapshot

    def test_a_run_of_a_version_can_be_replayed_with_the_draft(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        old = run_to_end(
            services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
        )
        new = self.replay(alice, old, graph["nodes"][1]["id"])

        assert rows(new, graph["nodes"][0]["id"])[0].reused_from is not None
        assert outputs(new) == {"sums": [11, 12]}

    def test_pinned_outputs_that_were_changed_are_not_taken_over(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        old = execute(alice, version)
        graph["nodes"][0]["metadata"]["pinned"] = {"out": [5]}
        save(alice, version, graph)
        new = self.replay(alice, old, graph["nodes"][2]["id"])

        assert outputs(new) == {"sums": [15]}

    def test_without_a_version_the_draft_runs_again_as_it_was(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        graph["nodes"][0]["metadata"]["pinned"] = {"out": [5]}
        save(alice, version, graph)
        old = execute(alice, version)
        drafts.discard(alice, version.agent_id, if_match=None)
        new = services.replay_execution(old, owner=alice, from_node=graph["nodes"][1]["id"])

        assert outputs(run_to_end(new)) == {"sums": [15]}
        assert new.graph_version == old.graph_version

    def test_one_node_that_ran_alone_runs_alone_again(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        total = graph["nodes"][1]["id"]
        old = execute(alice, version, node=total, inputs={"a": 1})
        new = run_to_end(services.replay_execution(old, owner=alice, from_node=total))

        assert [one.pair for one in rows(new, total)[0].emissions.all()] == [("result", 11)]

    def test_a_node_that_the_draft_lacks_is_refused(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        old = execute(alice, version)
        save(alice, version, {**graph, "nodes": graph["nodes"][:1], "links": []})
        with pytest.raises(UnknownNode, match="The draft"):
            self.replay(alice, old, graph["nodes"][1]["id"])

    def test_the_run_of_a_deleted_agent_is_not_replayed(
        self, alice: User, chain: tuple[GraphVersion, JSONObject]
    ) -> None:
        version, graph = chain
        old = execute(alice, version)
        graphs.delete(version.agent)
        for draft in (True, False):
            with pytest.raises(NotFound):
                services.replay_execution(
                    old, owner=alice, from_node=graph["nodes"][1]["id"], draft=draft
                )


class TestApi:
    def test_a_run_says_that_it_is_a_drafts(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        response = api(alice).post(
            f"/api/v1/graphs/{version.agent_id}/draft/execute/", {"inputs": {"Input": 1}}
        )

        body = response.json()
        assert response.status_code == 202
        assert (body["of_draft"], body["graph_version"]) == (True, 1)
        run_to_end(Execution.objects.get(pk=body["id"]))
        shown = api(alice).get(f"/api/v1/executions/{body['id']}/").json()
        assert (shown["of_draft"], shown["outputs"]) == (True, {"Output": [35]})
        [listed] = (
            api(alice).get(f"/api/v1/executions/?graph_id={version.agent_id}").json()["results"]
        )
        assert listed["of_draft"] is True

    def test_a_request_that_comes_twice_starts_one_run(
        self, alice: User, version: GraphVersion
    ) -> None:
        url = f"/api/v1/graphs/{version.agent_id}/draft/execute/"
        first, again = (
            api(alice).post(url, {}, HTTP_IDEMPOTENCY_KEY="k", HTTP_IF_MATCH='"0"')
            for _ in range(2)
        )

        assert first.json()["id"] == again.json()["id"]
        assert Execution.objects.count() == 1

    @pytest.mark.parametrize(
        "body", [{"inputs": []}, {"inputs": None}, {"node": 7.5 * 10**80}, {"node": ""}, []]
    )
    def test_what_cannot_be_read_is_refused(
        self, alice: User, version: GraphVersion, body: Any
    ) -> None:
        response = api(alice).post(f"/api/v1/graphs/{version.agent_id}/draft/execute/", body)

        assert response.status_code == 400
        assert Execution.objects.count() == 0

    def test_a_stale_revision_is_refused_with_the_draft(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        save(alice, version, {**graph, "name": "New"})
        url = f"/api/v1/graphs/{version.agent_id}/draft/execute/"
        response = api(alice).post(url, {}, HTTP_IF_MATCH='"0"')

        assert (response.status_code, response.json()["draft"]["revision"]) == (412, 1)

    def test_the_graph_that_ran_stays_to_be_seen(
        self, alice: User, charlie: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        save(alice, version, {**graph, "name": "Draft"})
        run = execute(alice, version)
        drafts.discard(alice, version.agent_id, if_match=None)
        graphs.delete(version.agent)
        url = f"/api/v1/executions/{run.pk}/graph/"

        assert api(alice).get(url).json() == {
            **graph,
            "name": "Draft",
            "version": 1,
            "of_draft": True,
        }
        assert api(charlie).get(url).status_code == 404

    def test_a_draft_and_a_version_cannot_both_be_replayed(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        run = execute(alice, version)
        body = {"from_node": graph["nodes"][1]["id"], "draft": True}
        url = f"/api/v1/executions/{run.pk}/replay/"

        assert api(alice).post(url, {**body, "version": 1}).status_code == 400
        response = api(alice).post(url, body)
        assert (response.status_code, response.json()["of_draft"]) == (202, True)


class TestPurging:
    def test_a_snapshot_goes_when_no_run_points_at_it(
        self, alice: User, version: GraphVersion, graph: JSONObject
    ) -> None:
        run = execute(alice, version)
        later = now() + timedelta(days=2)

        assert purging.forget_snapshots(later) == 0
        with pytest.raises(ProtectedError):
            run.graph_version.delete()
        run.delete()
        assert purging.forget_snapshots(now()) == 0
        assert purging.forget_snapshots(later) == 1
        assert snapshots() == []
        assert GraphVersion.objects.get() == version

    def test_a_run_of_a_version_leaves_none(self, alice: User, version: GraphVersion) -> None:
        services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})

        assert snapshots() == []
