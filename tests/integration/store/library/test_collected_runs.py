"""Who collected an agent runs it with what is theirs, and sees nothing of what it consists of."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import erasure
from accounts.holdings import everything
from accounts.models import User
from agents.executions import events
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.executions.services import start_execution
from agents.presets import services as presets
from store.models import LibraryAgent, Listing
from tests.support.graphs import GraphBuilder
from tests.support.market import MARKER, collected, failing, listed, telling
from tests.support.runs import run_to_end, version_of

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]


def ran(api: Api, user: User, listing: Listing, **inputs: Any) -> Execution:
    """Return the finished run that the user starts by the API, naming no version."""
    address = reverse("graph-execute", args=[listing.agent_id])
    answer = api(user).post(address, {"inputs": inputs}, format="json")
    assert answer.status_code == 202, answer.content
    return run_to_end(Execution.objects.get(pk=answer.json()["id"]))


def addresses_of(execution: Execution) -> Iterator[str]:
    """Yield what there is to GET of a run and its agent, in the API and on pages."""
    run, agent = execution.pk, execution.agent_id
    api = f"/api/v1/executions/{run}/"
    yield from (api + rest for rest in ("", "events/", "graph/", "node-executions/", "waiting/"))
    yield from ("/api/v1/executions/", f"/api/v1/executions/?graph_id={agent}")
    for rest in ("", "versions/", "versions/1/", "settings/", "draft/", "schedules/", "triggers/"):
        yield f"/api/v1/graphs/{agent}/{rest}"
    yield f"/api/v1/graphs/{agent}/?for_export=true"
    page = f"/runs/{run}/"
    yield from (page + rest for rest in ("", "waiting/", "outputs/", "shares/", "value/"))
    for row in execution.node_executions.all():
        for place in ("", "&input=value", "&input=input", "&input=text", "&output=output&index=0"):
            yield f"{page}value/?node={row.pk}{place}"
            yield f"{page}file/?node={row.pk}{place}"
    yield from ("/runs/", f"/runs/?q={MARKER.lower()}", "/agents/", f"/agents/?q={MARKER.lower()}")
    for rest in ("", "edit/", "settings/", "export/", "presets/new/", "schedules/new/"):
        yield f"/agents/{agent}/{rest}"
    yield from ("/notifications/", "/account/usage/", "/account/activity/", "/reviews/")


@pytest.fixture
def greeter(alice: User, bob: User) -> Listing:
    listing = listed(alice, telling())
    collected(bob, listing)
    return listing


def test_a_collected_agent_runs_as_its_collector_and_gives_its_outputs(
    api: Api, bob: User, greeter: Listing
) -> None:
    execution = ran(api, bob, greeter, name="Bob")

    assert (execution.status, execution.owner_id) == ("COMPLETED", bob.pk)
    assert outputs(execution) == {"greeting": ["Hello, Bob"]}
    told = api(bob).get(f"/api/v1/executions/{execution.pk}/").json()
    assert (told["is_sealed"], told["outputs"]) == (True, {"greeting": ["Hello, Bob"]})
    assert (told["inputs"], told["node_executions"]) == ({"name": "Bob"}, [])
    assert told["stats"]["node_exec_count"] == 4


@pytest.mark.parametrize("graph", [telling, failing], ids=["that succeeds", "that fails"])
def test_no_address_shows_what_the_agent_consists_of(
    api: Api, alice: User, bob: User, graph: Callable[[], GraphBuilder]
) -> None:
    listing = listed(alice, graph())
    collected(bob, listing)
    execution = ran(api, bob, listing, name="Bob", number=1)
    browser = Client()
    browser.force_login(bob)
    rows = execution.node_executions.all()
    assert any(MARKER in json.dumps(row.input_data) for row in rows)  # there is something to find

    for address in addresses_of(execution):
        client = api(bob) if address.startswith("/api/") else browser
        answer = client.get(address)
        shown = answer.content.decode()
        assert MARKER not in shown, f"{address} ({answer.status_code}) shows it"


def test_a_run_that_failed_says_of_which_kind_the_failure_is(
    api: Api, alice: User, bob: User
) -> None:
    listing = listed(alice, failing())
    collected(bob, listing)

    execution = ran(api, bob, listing, number=1)

    assert execution.error == {
        "code": "node_failed",
        "message": "A step of the agent failed (block_failed). Its creator does not show what it "
        "consists of.",
    }


def test_the_feed_tells_of_steps_without_naming_them(api: Api, bob: User, greeter: Listing) -> None:
    execution = ran(api, bob, greeter, name="Bob")

    told = events.messages_after(execution, 0)

    steps = [one["data"] for one in told if one["type"] == "node_execution_event"]
    assert {(one["node_id"], one["node_title"], one["input_data"]) for one in steps} == {
        ("", "A step of the agent", None)
    }
    assert told[-1]["data"]["outputs"] == {"greeting": ["Hello, Bob"]}


def test_an_export_of_the_collectors_data_has_the_run_and_not_its_inside(
    api: Api, bob: User, greeter: Listing
) -> None:
    execution = ran(api, bob, greeter, name="Bob")

    handed = {
        holding.name: [holding.shape(row) for row in holding.handed_out(bob.pk)]
        for holding in everything()
        if holding.shape is not None
    }

    assert MARKER not in json.dumps(handed)
    assert [one["id"] for one in handed["executions"]] == [str(execution.pk)]
    assert (handed["node_executions"], handed["emissions"]) == ([], [])


def test_the_creator_sees_nothing_of_the_collectors_run(
    api: Api, alice: User, bob: User, greeter: Listing
) -> None:
    execution = ran(api, bob, greeter, name="Bob")

    assert api(alice).get(f"/api/v1/executions/{execution.pk}/").status_code == 404
    assert api(alice).get("/api/v1/executions/").json()["results"] == []


def test_nobody_else_may_start_it(api: Api, charlie: User, greeter: Listing) -> None:
    answer = api(charlie).post(reverse("graph-execute", args=[greeter.agent_id]), {}, format="json")

    assert answer.status_code == 404
    assert Execution.objects.count() == 0


def test_a_graph_that_its_creator_shows_is_not_sealed(api: Api, alice: User, bob: User) -> None:
    listing = listed(alice, telling(), shows_graph=True)
    collected(bob, listing)

    execution = ran(api, bob, listing, name="Bob")

    told = api(bob).get(f"/api/v1/executions/{execution.pk}/").json()
    assert (told["is_sealed"], len(told["node_executions"])) == (False, 4)
    assert api(bob).get(f"/api/v1/executions/{execution.pk}/graph/").status_code == 200


def test_what_the_creator_saves_afterwards_does_not_run(
    api: Api, alice: User, bob: User, greeter: Listing
) -> None:
    newer = version_of(alice, telling("Newer"))
    type(newer).objects.filter(agent=greeter.agent_id).update(is_active=False)

    execution = ran(api, bob, greeter, name="Bob")

    assert greeter.active_version is not None
    assert execution.graph_version_id == greeter.active_version.graph_version_id


def test_of_a_suspended_listing_nothing_starts(api: Api, bob: User, greeter: Listing) -> None:
    Listing.objects.filter(pk=greeter.pk).update(suspended_at="2026-01-01T00:00Z")

    for address in ("graph-execute", "graph-version-execute"):
        args = [greeter.agent_id, *([1] if "version" in address else [])]
        answer = api(bob).post(
            reverse(address, args=args), {"inputs": {"name": "B"}}, format="json"
        )
        assert answer.status_code == 404
    assert Execution.objects.count() == 0


def test_a_withdrawn_listing_goes_on_for_those_who_have_it(
    api: Api, bob: User, greeter: Listing
) -> None:
    greeter.versions.update(status="WITHDRAWN")
    Listing.objects.filter(pk=greeter.pk).update(active_version=None)

    assert ran(api, bob, greeter, name="Bob").status == "COMPLETED"


def test_whoever_took_it_out_of_the_library_starts_it_no_more(
    api: Api, bob: User, greeter: Listing
) -> None:
    LibraryAgent.objects.update(deleted_at="2026-01-01T00:00Z")

    answer = api(bob).post(reverse("graph-execute", args=[greeter.agent_id]), {}, format="json")

    assert answer.status_code == 404


def test_a_sub_agent_runs_as_its_creator_could_and_is_hidden_as_a_whole(
    api: Api, alice: User, bob: User
) -> None:
    outer = GraphBuilder("Outer")
    node = outer.agent(telling("Inner"))
    outer.link(outer.input("name"), "result", node, "name")
    outer.link(node, "greeting", outer.output("said"), "value")
    listing = listed(alice, outer)
    collected(bob, listing)

    execution = ran(api, bob, listing, name="Bob")

    assert outputs(execution) == {"said": ["Hello, Bob"]}
    child = Execution.objects.get(root=execution)
    assert (child.owner_id, child.seal) == (bob.pk, 2)
    assert api(bob).get(f"/api/v1/executions/{child.pk}/").status_code == 404
    found = api(bob).get("/api/v1/executions/").json()["results"]
    assert [one["id"] for one in found] == [str(execution.pk)]


def test_an_inner_agent_cannot_be_started_by_itself(api: Api, alice: User, bob: User) -> None:
    outer = GraphBuilder("Outer")
    inner = telling("Inner")
    outer.agent(inner)
    collected(bob, listed(alice, outer))

    answer = api(bob).post(reverse("graph-execute", args=[inner.id]), {}, format="json")

    assert answer.status_code == 404


def test_a_graph_reaches_no_agents_that_its_own_owner_may_not_start(
    api: Api, alice: User, bob: User
) -> None:
    private = telling("Private")
    version_of(bob, private)  # the collector's own, which the creator names in their graph
    thief = GraphBuilder("Thief")
    node = thief.agent(private)
    thief.sub_graphs.clear()
    thief.link(node, "greeting", thief.output("stolen"), "value")
    listing = listed(alice, thief)
    collected(bob, listing)

    answer = api(bob).post(reverse("graph-execute", args=[listing.agent_id]), {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "graph_not_runnable")
    assert "Only its creator can mend that" in answer.json()["errors"][0]["detail"]
    assert Execution.objects.count() == 0


def test_presets_of_a_collected_agent_run(bob: User, greeter: Listing) -> None:
    preset = presets.create(bob, agent_id=greeter.agent_id, name="Mine", inputs={"name": "Bob"})

    execution = run_to_end(presets.execute(bob, preset))

    assert outputs(execution) == {"greeting": ["Hello, Bob"]}


def test_a_sealed_run_cannot_be_replayed_node_by_node(
    api: Api, bob: User, greeter: Listing
) -> None:
    execution = ran(api, bob, greeter, name="Bob")
    node = execution.node_executions.first()
    assert node is not None

    answer = api(bob).post(
        f"/api/v1/executions/{execution.pk}/replay/", {"from_node": node.node_id}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "graph_hidden")
    assert Execution.objects.count() == 1


def test_when_a_creator_is_erased_the_runs_of_their_agents_go_too(
    api: Api, alice: User, bob: User, greeter: Listing
) -> None:
    ran(api, bob, greeter, name="Bob")
    own = run_to_end(
        start_execution(owner=bob, agent_id=version_of(bob, telling("Own")).agent_id, inputs={})
    )
    erasure.begin(alice)

    assert erasure.go_on(alice.pk)

    assert not User.objects.filter(pk=alice.pk).exists()
    assert list(Execution.objects.values_list("pk", flat=True)) == [own.pk]
    assert LibraryAgent.objects.count() == 0
