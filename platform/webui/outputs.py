"""The values that a run brings out, each shown as what it is, without reading what is cut."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Left

from agents.executions.files import RunFiles
from agents.executions.models import Execution, NodeExecution
from kernel.jsontypes import loads
from kernel.markdown import LONGEST
from webui.kinds import Kind, Rendered, file_note, of_file, rendered
from webui.runs import output_nodes, query
from webui.values import from_json_start

MOST_OUTPUTS = 200  # values of the whole run
LARGEST = 64 * 1024  # characters of an output with its name; of a larger one the beginning is read
MOST_PROSE = 4 * LONGEST  # characters of Markdown that a page lays out; more is shown as text
NAMELESS = "A large output"  # whose name stands behind its value
_decoder = json.JSONDecoder()


@dataclass(frozen=True)
class OutputValue:
    """One value of the run's outputs; ``query`` is how its address names it."""

    node_exec_id: UUID
    value: Rendered
    query: str


def output_values(execution: Execution) -> dict[str, list[OutputValue]]:
    """Return the first values of the run's outputs by name, in the order they arrived."""
    files = RunFiles(execution.pk, execution.owner_id)
    start = Left(Cast("input_data", TextField()), LARGEST + 1)
    rows = _output_rows(execution).order_by("start_number").annotate(start=start)
    found: dict[str, list[OutputValue]] = {}
    prose = MOST_PROSE
    for pk, text in rows.values_list("pk", "start")[:MOST_OUTPUTS]:
        name, value = _read(text, files, prose)
        prose -= len(text) if value.kind is Kind.MARKDOWN else 0
        found.setdefault(name, []).append(OutputValue(pk, value, query(pk, input="value")))
    return found


def count_left_out(execution: Execution) -> int:
    """Return how many values the run has brought out beyond those that a page shows."""
    return max(_output_rows(execution).count() - MOST_OUTPUTS, 0)


def _read(text: str, files: RunFiles, prose: int) -> tuple[str, Rendered]:
    if len(text) <= LARGEST:
        data = loads(text)
        return str(data.get("name")), rendered(data.get("value"), files, prose=prose)
    data, start = _members(text)
    name = str(data.get("name", NAMELESS))
    if "value" in data:
        return name, rendered(data["value"], files, prose=prose)
    beginning = from_json_start(start)
    note = file_note(beginning.text, files) if beginning.is_text else None
    if note:
        return name, of_file(note, beginning)
    return name, Rendered(Kind.TEXT if beginning.is_text else Kind.JSON, beginning)


def _members(text: str) -> tuple[dict[str, Any], str]:
    """Return the members of an object whose JSON is cut, and the text of the one that is cut."""
    found: dict[str, Any] = {}
    place = 0
    while True:
        try:
            name, place = _decoder.raw_decode(text, place + 1)  # behind a brace or a comma
            found[name], place = _decoder.raw_decode(text, place + 1)  # behind the colon
        except ValueError:
            return found, text[place + 1 :]


def _output_rows(execution: Execution) -> QuerySet[NodeExecution]:
    return NodeExecution.objects.filter(
        execution=execution, node_id__in=output_nodes(execution), start_number__isnull=False
    )
