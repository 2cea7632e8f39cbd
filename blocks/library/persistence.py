"""Blocks that remember from one run to the next."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from blocks.sdk import Category, InputPins, OutputPins, RunContext, block, pin


class Scope(StrEnum):
    """Who shares a remembered value; always of one user."""

    WITHIN_AGENT = "within_agent"
    ACROSS_AGENTS = "across_agents"


class PersistInformationInputs(InputPins):
    key: str = pin(description="The name under which to remember it")
    value: Any = pin(description="What to remember")
    scope: Scope = pin(
        Scope.WITHIN_AGENT, description="Remember it for this agent, or for all your agents"
    )


class PersistInformationOutputs(OutputPins):
    value: Any = pin(None, description="What was remembered")


@block(
    id="1d055e55-a2b9-4547-8311-907d05b0304d",
    name="PersistInformationBlock",
    categories=[Category.DATA],
    effect="idempotent",
    examples=[
        (
            PersistInformationInputs(key="seen", value=["a"]),
            PersistInformationOutputs(value=["a"]),
        )
    ],
)
def persist(
    inputs: PersistInformationInputs, context: RunContext
) -> Iterator[PersistInformationOutputs]:
    """Remember a value for later runs, in place of what was under the key."""
    context.store.put(inputs.key, inputs.value, scope=inputs.scope.value)
    yield PersistInformationOutputs(value=inputs.value)


class RetrieveInformationInputs(InputPins):
    key: str = pin(description="The name under which it was remembered")
    scope: Scope = pin(
        Scope.WITHIN_AGENT, description="Look at this agent's values, or at those of all"
    )
    default_value: Any = pin(None, description="What to give if nothing is there")


class RetrieveInformationOutputs(OutputPins):
    value: Any = pin(None, description="What was remembered, or the default value")


@block(
    id="d8710fc9-6e29-481e-a7d5-165eb16f8471",
    name="RetrieveInformationBlock",
    categories=[Category.DATA],
    static_output=True,
    examples=[
        (
            RetrieveInformationInputs(key="seen", default_value=[]),
            RetrieveInformationOutputs(value=[]),
        )
    ],
)
def retrieve(
    inputs: RetrieveInformationInputs, context: RunContext
) -> Iterator[RetrieveInformationOutputs]:
    """Give the value that an earlier run remembered under the key."""
    value = context.store.get(inputs.key, scope=inputs.scope.value, default=inputs.default_value)
    yield RetrieveInformationOutputs(value=value)
