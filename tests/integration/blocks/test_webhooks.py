"""Agents that a call of another site starts: the call's body comes in by the node's mask."""

import pytest

from accounts.models import User
from agents.engine.schemas import has_webhook_trigger
from agents.executions import starting
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.graphs.export import export
from blocks.sdk import registry
from tests.factories.accounts import UserFactory
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_to_end, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]

PULL = {
    "action": "closed",
    "number": 12,
    "pull_request": {"html_url": "https://github.com/tea/pot/pull/12"},
    "sender": {"login": "bob"},
}


@pytest.fixture
def alice() -> User:
    return UserFactory.create(username="alice")


def generic() -> tuple[GraphBuilder, str]:
    """Return an agent that gives out what it was called with, and the id of its trigger."""
    graph = GraphBuilder("Called")
    hook = graph.node("GenericWebhookTriggerBlock", constants={"shop": "north"})
    graph.link(hook, "payload", graph.output("body"), "value")
    graph.link(hook, "constants", graph.output("constants"), "value")
    return graph, hook


def pulled() -> tuple[GraphBuilder, str]:
    graph = GraphBuilder("Pulled")
    hook = graph.node("GithubPullRequestTriggerBlock", repo="tea/pot", events={"closed": True})
    for pin in ("event", "number", "pull_request_url"):
        graph.link(hook, pin, graph.output(pin), "value")
    return graph, hook


def called(owner: User, graph: GraphBuilder, hook: str, body: dict[str, object]) -> Execution:
    """Return the finished run that a call with this body starts."""
    version = version_of(owner, graph)
    execution = starting.start(
        owner_id=owner.pk, version=version, inputs={}, masks={hook: {"payload": body}}
    )
    return run_to_end(execution)


def test_body_of_a_call_goes_out_with_the_constants(alice: User) -> None:
    execution = called(alice, *generic(), {"order": 7})

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"body": [{"order": 7}], "constants": [{"shop": "north"}]}


def test_run_by_hand_has_an_empty_payload(alice: User) -> None:
    graph, _ = generic()

    execution = run_to_end(
        starting.start(owner_id=alice.pk, version=version_of(alice, graph), inputs={})
    )

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"body": [{}], "constants": [{"shop": "north"}]}


def test_agent_with_a_trigger_is_known_as_such(alice: User) -> None:
    assert has_webhook_trigger(version_of(alice, generic()[0]).graph)
    assert has_webhook_trigger(version_of(alice, pulled()[0]).graph)


def test_github_event_is_taken_apart(alice: User) -> None:
    execution = called(alice, *pulled(), PULL)

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {
        "event": ["closed"],
        "number": [12],
        "pull_request_url": ["https://github.com/tea/pot/pull/12"],
    }


def test_secret_of_a_trigger_does_not_leave_with_an_export(alice: User) -> None:
    graph = GraphBuilder("Called")
    graph.node("GenericWebhookTriggerBlock", secret_token="s3cret-7741")

    assert "s3cret-7741" not in str(export(version_of(alice, graph)))


def test_events_that_a_node_wants_are_named_as_the_provider_names_them() -> None:
    spec = registry.find("6c60ec01-8128-419e-988f-96a063ee2fea")
    assert spec is not None
    assert spec.webhook is not None

    wanted = spec.webhook.wanted({"events": {"opened": True, "closed": False, "edited": True}})

    assert wanted == ["pull_request.opened", "pull_request.edited"]
    assert spec.webhook.wanted({}) == []


def test_generic_trigger_wants_every_call() -> None:
    spec = registry.find("8fa8c167-2002-47ce-aba8-97572fc5d387")
    assert spec is not None
    assert spec.webhook is not None

    assert spec.webhook.wanted({"payload": {}}) is None
