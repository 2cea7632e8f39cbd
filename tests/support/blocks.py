"""Run one block as the engine would: inputs converted and validated, emissions as JSON."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import blocks.library  # noqa: F401  # fills the registry
from blocks.sdk import registry
from blocks.sdk.conversion import convert_inputs
from blocks.sdk.testing import FakeContext, run_block
from kernel.jsontypes import dumps, loads


def emitted(
    name: str, inputs: Mapping[str, Any], context: FakeContext | None = None
) -> list[tuple[str, Any]]:
    """Return (pin, value) for all that the block emits; the inputs must survive unchanged."""
    [spec] = [spec for spec in registry if spec.name == name]
    before = deepcopy(dict(inputs))
    emissions = run_block(spec, convert_inputs(spec.inputs, inputs), context)
    assert dumps(inputs) == dumps(before), "the block changed its inputs"
    return [(str(pin), loads(dumps(value))) for pin, value in emissions]
