"""Running another agent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins
from blocks.sdk.testing import FakeContext
from tests.support.blocks import emitted


@dataclass
class EchoAgents:
    """An agent that gives each input back twice, under its own name."""

    asked: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        self.asked.append((graph_id, version, dict(inputs)))
        for name, value in inputs.items():
            yield name, value
            yield name, value


NODE = {
    "user_id": "1",
    "graph_id": "g",
    "graph_version": "3",
    "input_schema": {},
    "output_schema": {},
}


@pytest.mark.parametrize("pin", ["inputs", "data"])
def test_agent_is_run_with_its_inputs_and_its_outputs_come_out_in_order(pin: str) -> None:
    agents = EchoAgents()
    inputs = {**NODE, pin: {"a b": 1, "é": [None]}}

    emissions = emitted("AgentExecutorBlock", inputs, FakeContext(agents=agents))

    assert emissions == [("a b", 1), ("a b", 1), ("é", [None]), ("é", [None])]
    assert agents.asked == [("g", 3, {"a b": 1, "é": [None]})]


def test_newer_name_of_the_inputs_wins() -> None:
    agents = EchoAgents()

    emitted(
        "AgentExecutorBlock", {**NODE, "inputs": {}, "data": {"a": 1}}, FakeContext(agents=agents)
    )

    assert agents.asked == [("g", 3, {})]


def test_agent_that_cannot_be_run_is_an_error() -> None:
    with pytest.raises(BlockError, match="There are no agents here"):
        emitted("AgentExecutorBlock", {**NODE, "inputs": {}})


def test_inputs_are_required_and_nothing_runs_without() -> None:
    agents = EchoAgents()

    with pytest.raises(InvalidPins, match="`inputs`: is required"):
        emitted("AgentExecutorBlock", NODE, FakeContext(agents=agents))

    assert agents.asked == []
