"""Does the builder say the truth about what an agent takes and gives?

``surfaces.json`` is read by the builder's tests too: its `inputSchemaOf` and `outputSchemaOf` must
give the schemas that stand there, as these functions do here.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.engine.schemas import input_schema, output_schema
from tests.support.graphs import GraphBuilder

CASES = json.loads(Path(__file__).with_name("surfaces.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_an_agent_takes_and_gives_what_its_nodes_say(case: dict[str, Any]) -> None:
    g = GraphBuilder()
    for node in case["nodes"]:
        g.node(node["block"], node["values"])

    assert input_schema(g.graph()) == case["input_schema"]
    assert output_schema(g.graph()) == case["output_schema"]
