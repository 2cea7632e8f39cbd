"""Graphs of the demo's agents: texts made of what is given, without anything outside."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from blocks.sdk import registry
from kernel.jsontypes import JSONObject

SEED = UUID("5e1f7b1e-6c1d-4c8e-9a51-3f0f2c0d7a11")
STEP_X, STEP_Y = 360, 190


def writing(name: str, template: str, inputs: Mapping[str, Any], output: str) -> JSONObject:
    """Return an agent that fills a template with what it is given."""
    made = Sheet(name)
    filled = made.node(
        "FillTextTemplateBlock", 1, len(inputs) / 2 - 0.5, format=template, values={}
    )
    for row, (title, value) in enumerate(inputs.items()):
        given = made.node("AgentInputBlock", 0, row, name=title, value=value)
        made.link(given, "result", filled, f"values_#_{title}")
    shown = made.node("AgentOutputBlock", 2, len(inputs) / 2 - 0.5, name=output)
    made.link(filled, "output", shown, "value")
    return made.file()


def counting(
    name: str, operation: str, first: tuple[str, float], second: tuple[str, float]
) -> JSONObject:
    """Return an agent that calculates with two numbers, and says it in a sentence."""
    made = Sheet(name)
    ends = [
        made.node("AgentInputBlock", 0, row, name=title, value=value)
        for row, (title, value) in enumerate((first, second))
    ]
    result = made.node("CalculatorBlock", 1, 0.5, operation=operation)
    made.link(ends[0], "result", result, "a")
    made.link(ends[1], "result", result, "b")
    filled = made.node(
        "FillTextTemplateBlock", 2, 0.5, format=f"{name}: {{{{ number }}}}", values={}
    )
    made.link(result, "result", filled, "values_#_number")
    shown = made.node("AgentOutputBlock", 3, 0.5, name="Result")
    made.link(filled, "output", shown, "value")
    return made.file()


class Sheet:
    """Collects nodes and links of a graph. The same name gives the same ids, so nothing is made twice."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[JSONObject] = []
        self.links: list[JSONObject] = []

    def node(self, block: str, column: float, row: float, **values: Any) -> str:
        pk = str(uuid5(SEED, f"{self.name} node {len(self.nodes)}"))
        place = {"x": column * STEP_X, "y": row * STEP_Y}
        found = {
            "id": pk,
            "block_id": _block(block),
            "input_default": values,
            "metadata": {"position": place},
        }
        self.nodes.append(found)
        return pk

    def link(self, source: str, source_name: str, sink: str, sink_name: str) -> None:
        self.links.append(
            {
                "id": str(uuid5(SEED, f"{self.name} link {len(self.links)}")),
                "source_id": source,
                "source_name": source_name,
                "sink_id": sink,
                "sink_name": sink_name,
            }
        )

    def file(self) -> JSONObject:
        return {"name": self.name, "nodes": self.nodes, "links": self.links}


def _block(name: str) -> str:
    return next(str(spec.id) for spec in registry if spec.name == name)
