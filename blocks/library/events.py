"""The block that waits for something outside."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin

LONGEST_DAYS = 366
SECONDS_PER_DAY = 24 * 60 * 60


class WaitForEventInputs(InputPins):
    name: str = pin(description="The event's name, which the signal carries too")
    timeout_seconds: float | None = pin(
        None, description="How many seconds to wait at the most; without it, for ever"
    )
    trigger: Any = pin(None, description="Anything: if linked, the wait begins when it arrives")


class WaitForEventOutputs(OutputPins):
    value: Any = pin(None, description="What the signal brought")


@block(
    id="5cfeb93a-b934-471f-b418-adb0d5f97d38",
    name="WaitForEventBlock",
    categories=[Category.LOGIC, Category.COMMUNICATION],
    effect="idempotent",
    examples=[(WaitForEventInputs(name="paid"), WaitForEventOutputs(value=None))],
)
def wait_for_event(
    inputs: WaitForEventInputs, context: RunContext
) -> Iterator[WaitForEventOutputs]:
    """Wait until something outside happens: a signal that is sent to the run.

    `POST /api/v1/executions/{id}/signals/` with `{"name": …, "value": …}` sends one. A signal that
    came before is not lost, and each goes to one wait, in the order in which they were sent.
    Waiting holds no worker.
    """
    timeout = inputs.timeout_seconds
    if timeout is not None and not 0 <= timeout <= LONGEST_DAYS * SECONDS_PER_DAY:
        raise BlockError(f"The time to wait must be between nothing and {LONGEST_DAYS} days.")
    yield WaitForEventOutputs(value=context.events.wait(inputs.name, timeout=timeout))
