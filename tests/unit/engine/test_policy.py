"""How often a node is tried, how long it waits, how long it may run: exact values."""

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

import blocks.library  # noqa: F401 - fills the registry
from agents.engine import policy
from agents.engine.graph import Node
from agents.engine.ids import NodeId
from agents.engine.policy import Fault, NodePolicy, RetryPolicy, policy_of
from agents.engine.simulation import simulate
from agents.engine.validation import problems
from agents.engine.values import OutOfMemory, fault_of
from blocks.sdk import BlockError, BlockSpec, Effect, TransientBlockError, registry
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.probes import PROBES

EMIT = PROBES[0]
INSTANCE = NodePolicy(RetryPolicy(max_attempts=4, initial_seconds=2, max_seconds=30), 600)
AWAY = Fault("block_failed_for_now", "Away.", transient=True)
BROKEN = Fault("block_failed", "Broken.")


def node(
    metadata: Mapping[str, Any] | None = None, *, effect: Effect = "none", **declared: Any
) -> Node:
    spec = BlockSpec(**{**vars(EMIT), "effect": effect, **declared})
    return Node(NodeId("n"), "b", spec, {}, metadata or {})


def waits(retry: RetryPolicy, at: float, tries: int = 6) -> list[float]:
    return [retry.delay(number, lambda: at) for number in range(1, tries + 1)]


@pytest.mark.parametrize(
    ("jitter", "at", "expected"),
    [
        ("none", 0.5, [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]),
        ("full", 0.0, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ("full", 0.5, [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]),
        ("full", 1.0, [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]),
        ("equal", 0.0, [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]),
        ("equal", 0.5, [0.75, 1.5, 3.0, 6.0, 7.5, 7.5]),
        ("equal", 1.0, [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]),
    ],
)
def test_waits_double_up_to_the_limit_and_are_spread(
    jitter: policy.Jitter, at: float, expected: list[float]
) -> None:
    retry = RetryPolicy(initial_seconds=1, factor=2, max_seconds=10, jitter=jitter)

    assert waits(retry, at) == expected


def test_the_largest_policy_that_can_be_written_still_has_a_wait() -> None:
    retry = RetryPolicy(policy.MOST_ATTEMPTS, policy.DAY, 100, policy.LONGEST_TIMEOUT, "none")

    assert retry.delay(policy.MOST_ATTEMPTS, lambda: 0.0) == policy.LONGEST_TIMEOUT


@pytest.mark.parametrize(
    ("errors", "code", "transient", "expected"),
    [
        ({"transient"}, "away", True, True),
        ({"transient"}, "away", False, False),
        ({"away"}, "away", False, True),
        ({"other"}, "away", True, False),
        ({"any"}, "away", False, True),
        ({"any"}, "timed_out", False, True),
        ({"any"}, "interrupted", False, False),
        ({"any", "interrupted"}, "interrupted", False, True),
        ({"any", "sub_agent_failed"}, "sub_agent_failed", True, False),
    ],
)
def test_which_errors_are_worth_another_try(
    errors: set[str], code: str, transient: bool, expected: bool
) -> None:
    fault = Fault(code, "It failed.", transient)

    assert RetryPolicy(errors=frozenset(errors)).covers(fault) is expected


def test_tries_end_at_the_last_one() -> None:
    found = [
        INSTANCE.wait_before_next(AWAY, tries=tries, random=lambda: 0.0) for tries in range(1, 6)
    ]

    assert found == [1.0, 2.0, 4.0, None, None]
    assert INSTANCE.wait_before_next(BROKEN, tries=1, random=lambda: 0.0) is None


@pytest.mark.parametrize("effect", ["none", "idempotent"])
def test_what_is_safe_to_run_again_has_the_instances_policy(effect: Effect) -> None:
    assert policy_of(node(effect=effect), INSTANCE) == INSTANCE


def test_what_acts_on_the_world_is_tried_once() -> None:
    found = policy_of(node({"timeout_seconds": 5}, effect="external"), INSTANCE)

    assert (found.retry.max_attempts, found.timeout_seconds) == (1, 5.0)


@pytest.mark.parametrize(
    ("metadata", "declared", "attempts"),
    [
        ({"retry": {"max_attempts": 2}}, {}, 2),
        ({"retry": {"errors": ["interrupted"]}}, {}, 4),
        ({}, {"retry": {"max_attempts": 3}}, 3),
        ({}, {"retry": {"initial_seconds": 1}}, 4),
        ({"retry": None}, {}, 1),
    ],
)
def test_what_acts_on_the_world_is_tried_again_if_its_author_says_so(
    metadata: dict[str, Any], declared: dict[str, Any], attempts: int
) -> None:
    found = policy_of(node(metadata, effect="external", **declared), INSTANCE)

    assert found.retry.max_attempts == attempts


def test_a_node_is_heard_before_its_block_and_that_before_the_instance() -> None:
    declared: Any = {"retry": {"max_attempts": 7, "initial_seconds": 9}, "timeout_seconds": 50.0}
    own = {"retry": {"max_attempts": 2, "errors": "any", "jitter": "none"}}

    assert policy_of(node(own, **declared), INSTANCE) == NodePolicy(
        RetryPolicy(2, 9.0, 2.0, 30, "none", frozenset({"any"})), 50.0
    )
    assert (
        policy_of(node(own | {"timeout_seconds": 0.5}, **declared), INSTANCE).timeout_seconds == 0.5
    )


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, []),
        ({"retry": None, "timeout_seconds": None}, []),
        ({"retry": {"max_attempts": 3.0, "errors": ["timed_out", "transient"]}}, []),
        ({"retry": 3}, ['`retry` must be an object such as {"max_attempts": 3}.']),
        (
            {"retry": {"max_attempts": 0}},
            ["`retry.max_attempts` must be a whole number from 1 to 100."],
        ),
        (
            {"retry": {"max_attempts": True, "factor": 0.5}},
            [
                "`retry.max_attempts` must be a whole number from 1 to 100.",
                "`retry.factor` must be a number from 1 to 100.",
            ],
        ),
        (
            {"retry": {"jitter": "some"}},
            ["`retry.jitter` must be `none`, `full` or `equal`."],
        ),
        (
            {"retry": {"errors": []}},
            [
                "`retry.errors` must be `transient`, `any`, or a list of these and of codes of errors."
            ],
        ),
        (
            {"retry": {"max_seconds": -1}},
            ["`retry.max_seconds` must be a number from 0 to 2,592,000."],
        ),
        (
            {"retry": {"tries": 3}},
            [
                "`retry` has no 'tries'. It may have `max_attempts`, `initial_seconds`, `factor`, "
                "`max_seconds`, `jitter` and `errors`."
            ],
        ),
        ({"timeout_seconds": 0}, ["`timeout_seconds` must be more than 0."]),
        (
            {"timeout_seconds": "60"},
            ["`timeout_seconds` must be a number from 0 to 2,592,000."],
        ),
    ],
)
def test_a_policy_that_cannot_be_read_is_told_in_words(
    metadata: dict[str, Any], expected: list[str]
) -> None:
    found = policy.problems(node(metadata))

    assert [one.detail for one in found] == expected
    assert {(one.code, one.node_id) for one in found} <= {("malformed_policy", "n")}


def test_what_cannot_be_read_counts_as_not_said() -> None:
    malformed = {"retry": {"max_attempts": "many", "factor": 3}, "timeout_seconds": -1}

    found = policy_of(node(malformed), INSTANCE)

    assert found == NodePolicy(RetryPolicy(4, 2, 3.0, 30), 600)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        *((None, 2), (0, 2), (-5, 2), (1, 2), (2.5, 2.5), (45, 45), (60, 60), (61, 60)),
        *((math.inf, 60), (math.nan, 2)),
    ],
)
def test_the_other_side_may_ask_for_a_longer_wait_up_to_the_longest(
    asked: float | None, seconds: float
) -> None:
    policy = NodePolicy(RetryPolicy(initial_seconds=1, max_seconds=60, jitter="none"))
    fault = replace(AWAY, retry_after=asked)

    assert policy.wait_before_next(fault, tries=2, random=lambda: 0.5) == seconds


def test_a_graph_with_a_malformed_policy_is_neither_saved_nor_run() -> None:
    graph = GraphBuilder()
    wrong = graph.node("Emit")
    graph.policy(wrong, retry=[])

    for for_run in (False, True):
        [problem] = problems(graph.graph(), for_run=for_run)
        assert (problem.code, problem.node_id) == ("malformed_policy", wrong)


def test_every_field_of_a_policy_can_be_written() -> None:
    assert [*policy.READERS] == [one.name for one in fields(RetryPolicy)]


def test_what_blocks_declare_can_be_read() -> None:
    declared = {spec.name: policy.declared_problems(spec.retry) for spec in registry if spec.retry}

    assert {name: found for name, found in declared.items() if found} == {}


def test_blocks_say_whether_trying_again_can_help() -> None:
    assert fault_of(TransientBlockError("Away.")) == AWAY
    assert fault_of(TransientBlockError("Away.", retry_after=7)) == replace(AWAY, retry_after=7)
    assert fault_of(BlockError("Broken.")) == BROKEN
    assert fault_of(MemoryError()) == Fault(OutOfMemory.code, str(OutOfMemory.__doc__))


def test_the_simulation_tries_again_at_once_and_emits_each_value_once(tmp_path: Any) -> None:
    graph = GraphBuilder()
    source = graph.node("Troubled", log=str(tmp_path / "log"), failures=2)
    shown(graph, source, "out")

    run = simulate(graph.graph())

    assert (run.status, run.outputs) == ("COMPLETED", {"out": ["first", "second"]})
    assert [one.tries for one in run.of(source)] == [3]


def test_the_simulation_gives_up_after_the_last_try(tmp_path: Any) -> None:
    graph = GraphBuilder()
    source = graph.node("Troubled", log=str(tmp_path / "log"), failures=9)
    graph.policy(source, retry={"max_attempts": 2})
    for pin in ("out", "error"):
        shown(graph, source, pin, pin)

    run = simulate(graph.graph())

    assert run.outputs == {"out": ["first"], "error": ["Trouble 2."]}
    assert [one.tries for one in run.of(source)] == [2]
