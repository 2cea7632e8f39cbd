"""Calls: what is genuine begins one run, under the id that its caller was told."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions import services as executions
from agents.executions.models import Cause, Execution
from agents.executions.output import outputs
from agents.graphs import services as graphs
from agents.triggers import beginning, services
from agents.triggers.accepting import Taken, take
from agents.triggers.models import Arrival, Trigger
from tests.support.graphs import GraphBuilder
from tests.support.hooks import (
    by_github,
    call,
    fresh,
    github_graph,
    hook_graph,
    hooked,
    inbox_graph,
    refused,
    sent,
    taken,
)
from tests.support.runs import run_to_end, version_of

pytestmark = pytest.mark.django_db

EVENT: dict[str, Any] = {
    "action": "opened",
    "number": 7,
    "pull_request": {"html_url": "https://github.com/example/tea/pull/7"},
    "sender": {"login": "bob"},
}


def begun(told: Taken) -> Execution:
    """Begin what waits, run it to its end, and return the run that was promised."""
    beginning.begin()
    assert told.execution_id is not None
    return run_to_end(Execution.objects.with_graph().get(pk=told.execution_id))


def test_a_call_begins_the_run_that_its_caller_was_told(alice: User) -> None:
    made = hooked(alice)

    told = taken(call(made.token, {"order": 7}))
    assert told == Taken(alice.pk, told.execution_id)
    assert Execution.objects.count() == 0, "the caller does not wait for the start"
    execution = begun(told)

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"payload": [{"order": 7}]}
    assert (execution.cause, execution.cause_id) == (Cause.TRIGGER, made.trigger.pk)
    assert execution.owner == alice
    [arrival] = Arrival.objects.all()
    assert (arrival.verdict, arrival.payload, arrival.body) == ("started", None, '{"order": 7}')


def test_the_payload_can_go_to_an_input(alice: User) -> None:
    made = hooked(alice, inbox_graph(), input_name="what")

    execution = begun(taken(call(made.token, {"order": 7})))

    assert outputs(execution) == {"what": [{"order": 7}]}


def test_a_batch_costs_as_many_queries_as_one_call(alice: User) -> None:
    made, other = hooked(alice), hooked(alice, name="Other")
    take([call(made.token), call(other.token)])  # what is done once

    with CaptureQueriesContext(
        connection,
    ) as alone:
        take([call(made.token, {"n": 0})])
    with CaptureQueriesContext(connection) as together:
        told = take(
            [call(one, {"n": number}) for number in range(30) for one in (made.token, other.token)]
        )

    assert len(together) == len(alone)
    assert all(isinstance(one, Taken) for one in told)
    assert len({one.execution_id for one in told if isinstance(one, Taken)}) == 60


def test_each_of_a_batch_gets_its_own_answer(alice: User) -> None:
    made = hooked(alice)
    unknown = "trwh_" + "x" * 43

    good, stranger, wrong, again = take(
        [
            call(made.token, {"n": 1}, {"Idempotency-Key": "a"}),
            call(unknown),
            call(made.token, secret="another-secret-of-theirs"),
            call(made.token, {"n": 1}, {"Idempotency-Key": "a"}),
        ]
    )

    assert isinstance(good, Taken)
    assert getattr(stranger, "code", "") == "unknown_hook"
    assert getattr(wrong, "code", "") == "call_refused"
    assert again == Taken(alice.pk, good.execution_id, replayed=True)
    assert beginning.begin() == 1


@pytest.mark.parametrize("header", ["Idempotency-Key", "webhook-id"])
def test_the_same_delivery_begins_one_run(alice: User, header: str) -> None:
    made = hooked(alice)
    first = taken(call(made.token, {"n": 1}, {header: "delivery-1"}))
    assert beginning.begin() == 1

    again = taken(call(made.token, {"n": 1}, {header: "delivery-1"}))
    other = taken(call(made.token, {"n": 1}, {header: "delivery-2"}))

    assert again == Taken(alice.pk, first.execution_id, replayed=True)
    assert other.execution_id != first.execution_id
    assert beginning.begin() == 1
    assert Execution.objects.count() == 2


def test_another_body_under_the_same_id_is_refused(alice: User) -> None:
    made = hooked(alice)
    taken(call(made.token, {"n": 1}, {"Idempotency-Key": "delivery-1"}))

    error = refused(call(made.token, {"n": 2}, {"Idempotency-Key": "delivery-1"}))

    assert (error.code, error.status) == ("idempotency_key_reused", 422)
    assert Arrival.objects.waiting().count() == 1


def test_ids_of_one_trigger_say_nothing_of_another(alice: User, bob: User) -> None:
    mine, theirs = hooked(alice), hooked(bob)

    first = taken(call(mine.token, {}, {"Idempotency-Key": "1"}))
    second = taken(call(theirs.token, {}, {"Idempotency-Key": "1"}))

    assert (first.owner_id, second.owner_id) == (alice.pk, bob.pk)
    assert not second.replayed


def test_an_event_of_github_begins_a_run(alice: User) -> None:
    graph, node = github_graph()
    made = hooked(alice, graph, node, kind="github")
    body = json.dumps(EVENT).encode()

    told = taken(call(made.token, body, by_github(body), secret=None))
    again = taken(call(made.token, body, by_github(body), secret=None))

    assert again.execution_id == told.execution_id
    assert outputs(begun(told)) == {"number": [7]}
    assert Arrival.objects.get().event == "pull_request.opened"
    assert made.trigger.subject == "example/tea"


def test_github_may_send_forms(alice: User) -> None:
    from urllib.parse import urlencode

    graph, node = github_graph()
    made = hooked(alice, graph, node, kind="github")
    body = urlencode({"payload": json.dumps(EVENT)}).encode()
    headers = {**by_github(body), "content-type": "application/x-www-form-urlencoded"}

    assert outputs(begun(taken(call(made.token, body, headers, secret=None)))) == {"number": [7]}


@pytest.mark.parametrize(
    ("event", "action", "why"),
    [
        ("ping", None, "It does."),
        ("pull_request", "closed", "'pull_request.closed' is not wanted"),
        ("push", None, "'push' is not wanted"),
    ],
)
def test_events_that_nobody_wants_begin_nothing(
    alice: User, event: str, action: str | None, why: str
) -> None:
    graph, node = github_graph()
    made = hooked(alice, graph, node, kind="github")
    body = json.dumps({"action": action} if action else {"zen": "Keep it simple"}).encode()

    told = taken(call(made.token, body, by_github(body, event=event), secret=None))

    assert told.execution_id is None
    assert why in told.ignored
    assert Arrival.objects.get().verdict == "ignored"
    assert beginning.begin() == 0


def test_a_trigger_follows_the_active_version(alice: User) -> None:
    made = hooked(alice)
    renewed(made.trigger, hook_graph(constants={"shop": "north"})[0])  # with new ids

    execution = begun(taken(call(made.token, {"n": 1})))

    assert execution.graph_version.version == 2
    assert outputs(execution) == {"payload": [{"n": 1}]}
    assert fresh(made.trigger).checked_version == execution.graph_version_id


def test_a_node_with_two_possible_heirs_has_none(alice: User) -> None:
    made = hooked(alice)
    graph, _ = hook_graph()
    graph.node("GenericWebhookTriggerBlock")
    renewed(made.trigger, graph)

    assert refused(call(made.token, {"n": 1})).code == "unknown_hook"
    assert "has no node" in fresh(made.trigger).paused_why


def renewed(trigger: Trigger, graph: GraphBuilder) -> None:
    """Save the graph as the agent's next version."""
    graph.id = str(trigger.agent_id)
    graphs.save_version(trigger.agent, graph.file())


def test_a_trigger_whose_node_is_gone_is_kept_and_says_why(alice: User) -> None:
    made = hooked(alice)
    renewed(made.trigger, inbox_graph())

    error = refused(call(made.token, {"n": 1}))

    assert error.code == "unknown_hook"
    kept = fresh(made.trigger)
    assert not kept.is_active
    assert "Version 2 of the agent has no node" in kept.paused_why
    assert Arrival.objects.count() == 0


def test_a_trigger_may_keep_its_version(alice: User) -> None:
    made = hooked(alice, version=1)
    renewed(made.trigger, inbox_graph())

    execution = begun(taken(call(made.token, {"n": 1})))

    assert execution.graph_version.version == 1


def test_what_waits_when_the_node_goes_fails_and_says_why(alice: User) -> None:
    made = hooked(alice)
    told = taken(call(made.token, {"n": 1}))
    renewed(made.trigger, inbox_graph())

    beginning.begin()

    assert not Execution.objects.exists()
    arrival = Arrival.objects.get(execution_id=told.execution_id)
    assert arrival.verdict == "failed"
    assert "has no node" in arrival.why
    assert not fresh(made.trigger).is_active


@pytest.mark.parametrize("state", ["paused", "deleted", "agent deleted", "owner inactive"])
def test_what_is_not_active_is_as_if_it_were_not_there(alice: User, state: str) -> None:
    made = hooked(alice)
    trigger = made.trigger
    match state:
        case "paused":
            services.change(trigger, alice, is_active=False)
        case "deleted":
            services.remove(trigger)
        case "agent deleted":
            graphs.delete(trigger.agent)
        case "owner inactive":
            User.objects.filter(pk=alice.pk).update(is_active=False)

    error, unknown = refused(call(made.token)), refused(call("trwh_" + "x" * 43))

    assert (error.code, error.status, error.message) == (
        unknown.code,
        404,
        unknown.message,
    )
    assert Arrival.objects.count() == 0


def test_a_new_address_ends_the_old_one(alice: User) -> None:
    made = hooked(alice)

    renewed = services.rotate(made.trigger)

    assert renewed.token != made.token
    assert renewed.secret != made.secret
    assert refused(call(made.token)).code == "unknown_hook"
    assert refused(call(renewed.token)).code == "call_refused"
    assert taken(call(renewed.token, secret=renewed.secret)).execution_id


def test_the_test_address_shows_what_arrived_and_begins_nothing(alice: User) -> None:
    made = hooked(alice)
    services.change(made.trigger, alice, is_active=False)

    told = taken(call(made.token, {"order": 7}, {"X-Own": "private"}, test=True))

    assert told.is_test
    assert beginning.begin() == 0
    [arrival] = Arrival.objects.all()
    assert (arrival.verdict, arrival.body) == ("tested", '{"order": 7}')
    assert arrival.headers == {
        "content-type": "application/json",
        "x-webhook-secret": "[redacted]",
        "x-own": "[redacted]",
    }


def test_a_run_that_cannot_begin_says_why_and_counts(alice: User, settings: Any) -> None:
    settings.TRIGGERS = {**settings.TRIGGERS, "pause_after": 2}
    made = hooked(alice)
    settings.QUOTAS = {**settings.QUOTAS, "runs_per_day": 1}
    told = [taken(call(made.token, {"n": n})) for n in range(4)]

    beginning.begin()

    assert [one.pk for one in Execution.objects.all()] == [told[0].execution_id]
    verdicts = Arrival.objects.order_by("due_at").values_list("verdict", flat=True)
    assert list(verdicts) == ["started", "failed", "failed", "failed"]
    assert "runs this day" in Arrival.objects.filter(verdict="failed")[0].why
    kept = fresh(made.trigger)
    assert not kept.is_active
    assert "failed 2 times in a row" in kept.paused_why


def test_what_fails_for_reasons_of_ours_is_tried_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked(alice)
    told = taken(call(made.token, {"n": 1}))
    real = executions.start_executions

    def stumble(_: Any) -> Any:
        raise RuntimeError("no")

    monkeypatch.setattr(executions, "start_executions", stumble)
    beginning.begin()
    assert Arrival.objects.get().verdict == "waiting"
    assert Arrival.objects.get().tries == 1
    assert beginning.begin() == 0, "not at once"

    monkeypatch.setattr(executions, "start_executions", real)
    Arrival.objects.update(due_at=Arrival.objects.get().received)
    assert begun(told).status == "COMPLETED"


def test_calls_that_wait_begin_together_and_one_that_cannot_keeps_none_back(alice: User) -> None:
    good, bad = hooked(alice), hooked(alice)
    told = [taken(call(one.token, {"n": 1})).execution_id for one in (good, bad, good)]
    Trigger.objects.filter(pk=bad.trigger.pk).update(credentials_inputs={"none": {"id": "1"}})

    assert beginning.begin() == 3

    begun = set(Execution.objects.values_list("pk", flat=True))
    assert [one in begun for one in told] == [True, False, True]
    found = {one.execution_id: (one.verdict, one.payload) for one in Arrival.objects.all()}
    verdicts = [found[one] for one in told]
    assert verdicts == [("started", None), ("failed", None), ("started", None)]
    assert fresh(bad.trigger).failures == 1


def test_what_never_begins_is_given_up(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hooked(alice)
    taken(call(made.token, {"n": 1}))

    def stumble(_: Any) -> Any:
        raise RuntimeError("no")

    monkeypatch.setattr(executions, "start_executions", stumble)
    for _ in range(beginning.MOST_TRIES):
        Arrival.objects.update(due_at=Arrival.objects.get().received)
        beginning.begin()

    arrival = Arrival.objects.get()
    assert (arrival.verdict, arrival.tries, arrival.payload) == ("failed", 5, None)


def test_ids_are_unguessable_and_kept_as_digests(alice: User) -> None:
    made = hooked(alice)

    kept = fresh(made.trigger)
    assert len(made.token) == 48
    assert kept.digest != made.token
    assert made.token.encode() not in bytes(kept.sealed or b"")
    assert services.token_of(kept) == made.token
    assert isinstance(kept.pk, UUID)


def test_a_call_is_believed_or_not_before_its_body_is_read(alice: User) -> None:
    made = hooked(alice)

    assert refused(call(made.token, b"{", secret="wrong-secret-wrong")).code == "call_refused"
    assert refused(call(made.token, b"{")).code == "call_not_readable"
    assert sent(call(made.token, b"{}")) is not None


def test_an_agent_of_somebody_else_cannot_be_begun(alice: User, bob: User) -> None:
    agent = version_of(alice, hook_graph()[0]).agent_id

    with pytest.raises(Exception, match="There is no agent"):
        services.create(bob, agent, kind="generic_webhook")

    assert Trigger.objects.count() == 0
