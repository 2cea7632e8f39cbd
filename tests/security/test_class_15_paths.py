"""Class 15: an address leads to one trigger of one person's agent, and to nothing else."""

import re

import pytest

from accounts.models import User
from agents.executions.models import Execution
from agents.triggers import beginning, tokens
from agents.triggers.ingress import PATH
from agents.triggers.models import Arrival, Trigger
from tests.support.hooks import call, hook_graph, hooked, refused, taken

pytestmark = pytest.mark.django_db


def test_tokens_are_unguessable() -> None:
    some = {tokens.new_token() for _ in range(1000)}

    assert len(some) == 1000
    assert all(re.fullmatch(r"trwh_[\w-]{43}", one) for one in some)  # 256 bits


def test_an_address_begins_its_own_owner_s_agent_only(alice: User, bob: User) -> None:
    graph, node = hook_graph()
    one, other = hooked(alice, graph, node), hooked(bob)

    told = taken(call(other.token, {"mine": False}))
    beginning.begin()

    [execution] = Execution.objects.all()
    assert execution.pk == told.execution_id
    assert (execution.owner, execution.agent_id) == (bob, other.trigger.agent_id)
    assert not Arrival.objects.filter(trigger=one.trigger).exists()


def test_what_is_known_of_a_trigger_does_not_lead_to_it(alice: User) -> None:
    made = hooked(alice, name="orders")
    trigger = made.trigger

    for guess in (
        *(str(trigger.pk), str(trigger.agent_id), trigger.node_id, trigger.name, trigger.digest),
        *(made.token.upper(), made.token.lower(), made.token[:-1], f"{made.token} ", "", "%", "*"),
        f"{made.token}\x00",
    ):
        assert refused(call(str(guess))).code == "unknown_hook"
    assert Arrival.objects.count() == 0


def test_the_body_and_the_headers_choose_no_trigger(alice: User, bob: User) -> None:
    theirs = hooked(bob)
    mine = hooked(alice, secret="the-secret-of-alices-callers")
    body = {
        "trigger": str(mine.trigger.pk),
        "token": mine.token,
        "graph_id": str(mine.trigger.agent_id),
    }

    told = taken(call(theirs.token, body, {"X-Original-URL": f"/hooks/{mine.token}/"}))

    assert told.owner_id == bob.pk
    assert Arrival.objects.get().trigger == theirs.trigger


def test_an_agent_of_somebody_else_is_not_run_by_a_row_that_names_it(
    alice: User, bob: User
) -> None:
    made, agent = hooked(bob), hooked(alice).trigger.agent_id
    taken(call(made.token, {"n": 1}))
    Trigger.objects.filter(pk=made.trigger.pk).update(agent=agent)  # by whatever mistake

    beginning.begin()

    assert not Execution.objects.exists()
    assert Arrival.objects.get().verdict == "failed"


@pytest.mark.parametrize(
    "path",
    [
        *("/hooks/", "/hooks//", "/hooks/a/b/", "/hooks/a/test/b", "/hooks/a/test//"),
        *("/hooks/a\nb/x", "/hooks/" + "a" * 201),
    ],
)
def test_no_other_path_is_an_address(path: str) -> None:
    assert PATH.fullmatch(path) is None


def test_two_triggers_never_share_an_address(alice: User) -> None:
    from django.db import IntegrityError, transaction

    one, other = hooked(alice), hooked(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Trigger.objects.filter(pk=other.trigger.pk).update(digest=one.trigger.digest)
