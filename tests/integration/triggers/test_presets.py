"""Triggers that begin runs with a preset, and what their owner hears when one is paused."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import erasure
from accounts.models import User
from agents.engine import credentials as needs
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.graphs import services as graphs
from agents.presets import services as presets
from agents.presets.models import Preset
from agents.presets.services import PresetInUse, WrongPreset
from agents.triggers import beginning, services, standing
from agents.triggers.models import Arrival, Trigger
from credentials import services as credentials
from credentials.kinds import Kind
from notifications.models import Notification
from tests.support.graphs import GraphBuilder, calculator
from tests.support.hooks import by_github, call, fresh, github_graph, hook_graph, taken
from tests.support.runs import run_to_end, version_of

pytestmark = pytest.mark.django_db


def greeter(**pins: Any) -> tuple[GraphBuilder, str]:
    """Return an agent that is called, and gives its input ``name`` too."""
    graph, node = hook_graph("Greeter", **pins)
    graph.link(graph.input("name"), "result", graph.output("name"), "value")
    return graph, node


@pytest.fixture
def called(alice: User) -> tuple[Preset, services.Made]:
    graph, node = greeter()
    version = version_of(alice, graph)
    preset = presets.create(
        alice, agent_id=version.agent_id, name="For Mia", inputs={"name": "Mia"}
    )
    made = services.create(
        alice, version.agent_id, kind="generic_webhook", node_id=node, preset=preset
    )
    return preset, made


def begun(made: services.Made, body: Any) -> Execution:
    told = taken(call(made.token, body, secret=made.secret))
    beginning.begin()
    assert told.execution_id
    return Execution.objects.with_graph().get(pk=told.execution_id)


def test_a_presets_inputs_go_with_what_arrived(called: tuple[Preset, services.Made]) -> None:
    preset, made = called

    run = begun(made, {"order": 7})

    assert outputs(run_to_end(run)) == {"payload": [{"order": 7}], "name": ["Mia"]}
    assert run.preset_id == preset.pk


def test_a_triggers_own_inputs_come_first(
    alice: User, called: tuple[Preset, services.Made]
) -> None:
    _, made = called

    services.change(made.trigger, alice, inputs={"name": "Noah"})

    assert outputs(run_to_end(begun(made, {})))["name"] == ["Noah"]


def test_a_changed_preset_counts_for_the_next_arrival(
    called: tuple[Preset, services.Made],
) -> None:
    preset, made = called

    presets.change(preset, inputs={"name": "Ida"})

    assert begun(made, {}).inputs == {"name": "Ida"}


def test_a_trigger_runs_the_presets_version(
    alice: User, called: tuple[Preset, services.Made]
) -> None:
    preset, made = called
    agent = made.trigger.agent
    graph, _ = greeter()
    graph.id = str(agent.pk)
    graphs.save_version(agent, graph.file())
    presets.change(preset, version=1)

    assert begun(made, {}).graph_version.version == 1


def test_a_preset_that_is_switched_off_begins_nothing_and_says_so(
    called: tuple[Preset, services.Made],
) -> None:
    preset, made = called
    presets.change(preset, is_active=False)

    taken(call(made.token, {}, secret=made.secret))
    beginning.begin()

    arrival = Arrival.objects.get()
    assert arrival.verdict == Arrival.Verdict.FAILED
    assert "switched off" in arrival.why
    assert not Execution.objects.exists()


def test_a_preset_that_a_trigger_uses_stays(called: tuple[Preset, services.Made]) -> None:
    preset, made = called

    with pytest.raises(PresetInUse, match="“Webhook”"):
        presets.delete(preset)
    assert fresh(made.trigger).preset == preset

    services.remove(made.trigger)
    presets.delete(preset)
    assert not Preset.objects.exists()


def test_a_preset_of_another_agent_is_refused(
    alice: User, called: tuple[Preset, services.Made]
) -> None:
    _, made = called
    other = presets.create(alice, agent_id=version_of(alice, calculator()).agent_id, name="Other")

    with pytest.raises(WrongPreset):
        services.change(made.trigger, alice, preset=other)
    assert fresh(made.trigger).preset != other


def test_a_preset_of_somebody_else_is_not_found(
    alice: User, bob: User, called: tuple[Preset, services.Made], api: Callable[..., APIClient]
) -> None:
    preset, _ = called
    graph, node = greeter()
    agent = version_of(bob, graph).agent_id
    body = {"kind": "generic_webhook", "node_id": node, "preset_id": str(preset.pk)}

    answer = api(bob).post(f"/api/v1/graphs/{agent}/triggers/", body, format="json")

    assert answer.status_code == 404
    assert not Trigger.objects.filter(owner=bob).exists()


def test_a_preset_and_its_trigger_are_made_in_one_go(
    alice: User, api: Callable[..., APIClient]
) -> None:
    graph, _ = greeter()
    agent = version_of(alice, graph).agent_id
    secret = "a-secret-of-sixteen-and-more"
    body = {
        "name": "Orders",
        "description": "From the shop",
        "graph_id": str(agent),
        "trigger_config": {"constants": {"shop": "north"}, "secret_token": secret},
        "inputs": {"name": "Mia"},
    }

    answer = api(alice).post("/api/v1/library/presets/setup-trigger/", body, format="json")

    assert answer.status_code == 201, answer.content
    shown, trigger = answer.json(), Trigger.objects.get()
    assert (shown["name"], shown["graph_id"]) == ("Orders", str(agent))
    assert (shown["webhook_id"], shown["id"]) == (str(trigger.pk), str(trigger.preset_id))
    assert shown["secret"] == secret
    assert answer["Cache-Control"] == "no-store"
    assert trigger.node_inputs == {"constants": {"shop": "north"}}
    token = shown["trigger"]["address"].rstrip("/").rpartition("/")[2]
    taken(call(token, {"order": 7}, secret=secret))
    beginning.begin()
    run = Execution.objects.with_graph().get()
    assert run.nodes_input_masks[trigger.node_id] == {
        "constants": {"shop": "north"},
        "payload": {"order": 7},
    }
    assert run.inputs == {"name": "Mia"}


def test_what_a_trigger_is_given_fills_what_its_node_lacks(
    alice: User, api: Callable[..., APIClient]
) -> None:
    graph = GraphBuilder("Reviewer")
    node = graph.node("GithubPullRequestTriggerBlock", events={"opened": True})
    graph.link(node, "number", graph.output("number"), "value")
    agent = version_of(alice, graph).agent_id
    body = {
        "name": "Tea",
        "graph_id": str(agent),
        "trigger_config": {"repo": "example/coffee", "events": {"closed": True}},
    }

    answer = api(alice).post("/api/v1/library/presets/setup-trigger/", body, format="json")

    assert answer.status_code == 201, answer.content
    trigger = Trigger.objects.get()
    assert (trigger.kind, trigger.subject) == ("github", "example/coffee")
    assert trigger.wanted == ["pull_request.closed"]
    secret = answer.json()["secret"]
    token = answer.json()["trigger"]["address"].rstrip("/").rpartition("/")[2]
    raw = b'{"action": "closed", "number": 2, "pull_request": {}, "sender": {}}'
    taken(call(token, raw, by_github(raw, secret), secret=None))
    beginning.begin()
    run = Execution.objects.with_graph().get()
    assert run.nodes_input_masks[node]["repo"] == "example/coffee"


def test_the_credential_of_the_node_sets_the_webhook_up(
    alice: User, api: Callable[..., APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, _ = github_graph()
    version = version_of(alice, graph)
    key = credentials.create(
        alice, provider="github", kind=Kind.API_KEY, title="Mine", given={"api_key": "ghp_secret"}
    )
    [name] = [need.key for need in needs.needs(version.graph)]
    seen: list[Any] = []

    def set_up(self: Any, config: Any, *rest: Any) -> str:
        seen.append(config.credential_id)
        return "42"

    monkeypatch.setattr("agents.triggers.kinds.github.GitHub.set_up", set_up)
    body = {
        "name": "Tea",
        "graph_id": str(version.agent_id),
        "agent_credentials": {
            name: {"id": str(key.pk), "provider": "github", "type": "api_key"},
        },
    }

    answer = api(alice).post("/api/v1/library/presets/setup-trigger/", body, format="json")

    assert answer.status_code == 201, answer.content
    assert seen == [key.pk]
    assert Trigger.objects.get().remote_id == "42"


@pytest.mark.parametrize(
    ("config", "sentence"),
    [({"nothing": 1}, "has no pin 'nothing'"), ({"payload": {}}, "has no pin 'payload'")],
)
def test_pins_that_cannot_be_filled_leave_nothing(
    alice: User, api: Callable[..., APIClient], config: dict[str, Any], sentence: str
) -> None:
    graph, _ = greeter()
    body = {
        "name": "Orders",
        "graph_id": str(version_of(alice, graph).agent_id),
        "trigger_config": config,
    }

    answer = api(alice).post("/api/v1/library/presets/setup-trigger/", body, format="json")

    assert answer.status_code == 400
    assert sentence in answer.json()["errors"][0]["detail"]
    assert not Trigger.objects.exists()
    assert not Preset.objects.exists()


def test_an_agent_that_nobody_can_call_gets_no_trigger(
    alice: User, api: Callable[..., APIClient]
) -> None:
    body = {"name": "Orders", "graph_id": str(version_of(alice, calculator()).agent_id)}

    answer = api(alice).post("/api/v1/library/presets/setup-trigger/", body, format="json")

    assert answer.status_code == 400
    assert "no node" in answer.json()["detail"]
    assert not Preset.objects.exists()


def test_masked_values_that_come_back_stay_as_they_are(
    alice: User, called: tuple[Preset, services.Made], api: Callable[..., APIClient]
) -> None:
    _, made = called
    services.change(made.trigger, alice, node_inputs={"constants": {"password": "open sesame"}})
    client, url = api(alice), f"/api/v1/triggers/{made.trigger.pk}/"
    shown = client.get(url).json()["node_inputs"]
    assert "open sesame" not in str(shown)

    client.patch(url, {"node_inputs": shown}, format="json")

    assert fresh(made.trigger).node_inputs == {"constants": {"password": "open sesame"}}


def test_the_owner_hears_of_a_pause_once(called: tuple[Preset, services.Made]) -> None:
    _, made = called

    standing.pause(made.trigger, "It failed.")
    standing.pause(made.trigger, "It failed.")

    note = Notification.objects.get()
    assert (note.kind, note.owner, note.count) == ("TRIGGER_PAUSED", made.trigger.owner, 1)
    assert note.link == f"/triggers/{made.trigger.pk}/"
    assert "It failed." in note.text


def test_the_owner_hears_that_the_node_is_gone(called: tuple[Preset, services.Made]) -> None:
    _, made = called
    agent = made.trigger.agent
    graph = calculator("Greeter")
    graph.id = str(agent.pk)
    graphs.save_version(agent, graph.file())

    standing.follow_all()

    assert not fresh(made.trigger).is_active
    assert "no node" in Notification.objects.get().text


def test_a_person_is_erased_with_triggers_and_presets(
    alice: User, called: tuple[Preset, services.Made]
) -> None:
    _, made = called
    begun(made, {})
    run_to_end(Execution.objects.get())
    erasure.begin(alice)

    assert erasure.go_on(alice.pk)

    assert not Trigger.objects.exists()
    assert not Arrival.objects.exists()
    assert not Preset.objects.exists()
