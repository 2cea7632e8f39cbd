"""What models are asked is written down with each answer, and charged to the run."""

from decimal import Decimal

import pytest

from accounts.models import User
from agents.executions import charging
from agents.executions.models import ModelUse
from agents.executions.models.model_use import MICRO
from blocks.sdk.models import Answer, Usage
from llm.prices import cents
from tests.integration.llm.test_agents import asking
from tests.support import runs
from tests.support.clients import api
from tests.support.graphs import GraphBuilder
from tests.support.modelservers import instance_model, refusal

pytestmark = pytest.mark.django_db(transaction=True)


def answer(provider: str = "openai", cost: str | None = "1.5") -> Answer:
    price = None if cost is None else Decimal(cost)
    return Answer("x", usage=Usage(1, 10, 20, price), provider=provider, model="m")


def test_an_answer_s_tokens_are_a_row(alice: User) -> None:
    graph, node = asking()

    with instance_model(Answer("Hello", usage=Usage(1, 12, 34))):
        execution = runs.run(alice, graph)

    [row] = ModelUse.objects.all()
    assert row.node_execution_id == runs.rows(execution, node)[0].pk
    assert (row.provider, row.model) == ("instance", "local")
    assert (row.requests, row.input_tokens, row.output_tokens) == (1, 12, 34)
    assert row.microcents is None
    assert execution.model_microcents == 0


def test_answers_count_although_the_node_fails(alice: User) -> None:
    graph = GraphBuilder()
    graph.node("AIConditionBlock", input_value=1, condition="odd")

    with instance_model(Answer("perhaps", usage=Usage(1, 2, 3))):
        execution = runs.run(alice, graph)

    assert execution.status == "FAILED"
    assert [row.output_tokens for row in ModelUse.objects.all()] == [3, 3, 3]


def test_what_a_provider_refuses_costs_nothing(alice: User) -> None:
    graph, _ = asking()

    with instance_model(refusal("400 Bad Request", "No")):
        runs.run(alice, graph)

    assert not ModelUse.objects.exists()


def test_a_run_s_cost_is_the_sum_of_its_answers(alice: User) -> None:
    graph, node = asking()
    execution = runs.start(alice, graph)
    [row] = runs.rows(execution, node)

    for one in (answer(), answer(cost="0.25"), answer("groq", cost=None)):
        charging.charge(execution.pk, row.pk, one)

    assert runs.fresh(execution).model_microcents == round(1.75 * MICRO)
    client = api(alice)
    shown = client.get(f"/api/v1/executions/{execution.pk}/").json()
    assert shown["stats"]["cost"] == 1.75
    found = client.get(f"/api/v1/executions/{execution.pk}/node-executions/").json()["results"]
    assert [one["models"] for one in found] == [
        [
            {
                "provider": "openai",
                "model": "m",
                "requests": 2,
                "input_tokens": 20,
                "output_tokens": 40,
                "cost": 1.75,
            },
            {
                "provider": "groq",
                "model": "m",
                "requests": 1,
                "input_tokens": 10,
                "output_tokens": 20,
                "cost": None,
            },
        ]
    ]


def test_what_a_server_says_of_tokens_can_be_anything(alice: User) -> None:
    graph, node = asking()
    execution = runs.start(alice, graph)
    [row] = runs.rows(execution, node)
    odd = Answer("x", usage=Usage(1, -5, 2**80), provider="p", model="m\x00" * 500)

    charging.charge(execution.pk, row.pk, odd)

    [use] = ModelUse.objects.all()
    assert (use.input_tokens, use.output_tokens) == (0, 2**62)


def test_prices_are_those_of_the_provider() -> None:
    found = cents("openai", "gpt-4o", 1_000_000, 0)

    assert found is not None
    assert found > 0
    assert cents("openai", "no-such-model", 1, 1) is None
    assert cents("instance", "gpt-4o", 1, 1) is None
