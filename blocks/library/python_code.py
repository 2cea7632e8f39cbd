"""The block that runs Python."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import Category, InputPins, OutputPins, block, pin
from blocks.sdk.sandbox import LONGEST_SECONDS, run


class RunPythonInputs(InputPins):
    code: str = pin(
        description="The code. What it assigns to `result` is the block's result",
        placeholder="result = [word.upper() for word in inputs['words']]",
    )
    inputs: dict[str, Any] = pin(
        default_factory=dict,
        description="Values for the code: a variable each, and all of them in `inputs`",
    )
    seconds: float = pin(
        10.0, advanced=True, description=f"For how long it may compute; {LONGEST_SECONDS} at most"
    )


class RunPythonOutputs(OutputPins):
    result: Any = pin(None, description="What the code assigned to `result`; link to its members")
    printed: str = pin("", description="What the code printed, if it printed anything")


@block(
    id="7c0f5c1e-52a5-4b3a-9a5b-3d1c64f0a9e7",
    name="RunPythonBlock",
    categories=[Category.DEVELOPER_TOOLS, Category.LOGIC],
    queue="cpu",
    examples=[
        (
            RunPythonInputs(
                code="print('summing')\nresult = {'total': sum(prices), 'count': len(prices)}",
                inputs={"prices": [3, 4.5]},
            ),
            RunPythonOutputs(printed="summing\n"),
            RunPythonOutputs(result={"total": 7.5, "count": 2}),
        ),
        (
            RunPythonInputs(
                code="import re\nresult = re.findall(r'\\d+', inputs['the text'])",
                inputs={"the text": "7 of 9"},
            ),
            RunPythonOutputs(result=["7", "9"]),
        ),
    ],
)
def run_python(inputs: RunPythonInputs) -> Iterator[RunPythonOutputs]:
    """Run Python code in a sandbox: it computes, and reaches nothing else.

    There are no files, no network, no environment and no packages to install; of the standard
    library there is a part. Time, memory and output have limits. `docs/code.md` says what code can
    do. What the code printed goes out first, also where it fails.
    """
    ran = run(inputs.code, inputs.inputs, seconds=inputs.seconds)
    if ran.printed:
        yield RunPythonOutputs(printed=ran.printed)
    if ran.error is not None:
        raise ran.error
    if ran.has_result:
        yield RunPythonOutputs(result=ran.result)
