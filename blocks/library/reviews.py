"""The block that asks a person."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockKind, Category, InputPins, OutputPins, RunContext, block, pin


class HumanInTheLoopInputs(InputPins):
    data: Any = pin(description="What to review")
    name: str = pin(description="What the data is, in words for the reviewer")
    editable: bool = pin(
        True, advanced=True, description="Whether the reviewer may change the data"
    )


class HumanInTheLoopOutputs(OutputPins):
    approved_data: Any = pin(None, description="The data, as approved, with the reviewer's changes")
    rejected_data: Any = pin(None, description="The data, if it was rejected")
    review_message: str = pin("", description="What the reviewer said, if anything")


@block(
    id="8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d",
    name="HumanInTheLoopBlock",
    categories=[Category.BASIC],
    kind=BlockKind.HUMAN_IN_THE_LOOP,
    effect="idempotent",
    examples=[
        (
            HumanInTheLoopInputs(data={"amount": 100}, name="The refund"),
            HumanInTheLoopOutputs(approved_data={"amount": 100}),
        )
    ],
)
def ask_a_person(
    inputs: HumanInTheLoopInputs, context: RunContext
) -> Iterator[HumanInTheLoopOutputs]:
    """Wait until a person approves or rejects the data; the person may edit it first.

    The run goes on meanwhile wherever it can, and waiting holds no worker. An agent whose setting
    `human_in_the_loop_safe_mode` is off asks nobody: everything is approved.
    """
    decision = context.reviews.ask(inputs.data, name=inputs.name, editable=inputs.editable)
    if decision.approved:
        yield HumanInTheLoopOutputs(approved_data=decision.data)
    else:
        yield HumanInTheLoopOutputs(rejected_data=decision.data)
    if decision.message:
        yield HumanInTheLoopOutputs(review_message=decision.message)
