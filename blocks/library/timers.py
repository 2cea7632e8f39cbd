"""The block that waits."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin

LONGEST_DAYS = 366
MOST_REPEATS = 10_000
SECONDS = {"seconds": 1, "minutes": 60, "hours": 60 * 60, "days": 24 * 60 * 60}


class CountdownTimerInputs(InputPins):
    input_message: Any = pin("timer finished", description="What to emit when the time is over")
    seconds: int | str = pin(0, description="How many seconds to wait")
    minutes: int | str = pin(0, description="How many minutes to wait on top of that")
    hours: int | str = pin(0, description="How many hours to wait on top of that")
    days: int | str = pin(0, description="How many days to wait on top of that")
    repeat: int = pin(1, description="How many times to wait and emit")


class CountdownTimerOutputs(OutputPins):
    output_message: Any = pin(None, description="The message, each time the time is over")


@block(
    id="d67a9c52-5e4e-11e2-bcfd-0800200c9a71",
    name="CountdownTimerBlock",
    categories=[Category.TEXT],
    examples=[
        (
            CountdownTimerInputs(input_message="tick", seconds=1, repeat=2),
            CountdownTimerOutputs(output_message="tick"),
            CountdownTimerOutputs(output_message="tick"),
        )
    ],
)
def count_down(
    inputs: CountdownTimerInputs, context: RunContext
) -> Iterator[CountdownTimerOutputs]:
    """Wait, then emit a message; once or several times. Waiting holds no worker."""
    seconds = sum(_whole(inputs, unit) * length for unit, length in SECONDS.items())
    if not 0 <= seconds <= LONGEST_DAYS * SECONDS["days"]:
        raise BlockError(f"The time to wait must be between nothing and {LONGEST_DAYS} days.")
    if inputs.repeat > MOST_REPEATS:
        raise BlockError(f"`repeat` is {inputs.repeat:,}; {MOST_REPEATS:,} is the most.")
    for _ in range(inputs.repeat):
        context.sleep(seconds)
        yield CountdownTimerOutputs(output_message=inputs.input_message)


def _whole(inputs: CountdownTimerInputs, unit: str) -> int:
    value = getattr(inputs, unit)
    try:
        return int(value or 0)
    except ValueError:
        raise BlockError(f"`{unit}` is {value[:100]!r}, which is not a whole number.") from None
