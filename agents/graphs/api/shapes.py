"""Shapes of graphs in answers, for the OpenAPI file. What they do not name is there too."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

JSONByName = dict[str, Any]


def _may_be_absent(schema: dict[str, Any]) -> None:
    """Say "or left out" where pydantic says "or null"."""
    [kind] = [one for one in schema.pop("anyOf") if one != {"type": "null"}]
    del schema["default"]
    schema.update(kind)


def optional(description: str = "") -> Any:
    """Return a field that may be left out, and is never null."""
    return Field(None, description=description or None, json_schema_extra=_may_be_absent)


class Open(BaseModel, extra="allow"):
    """A shape that may have more keys, which are kept."""


class Position(Open):
    """Where a node lies on the canvas."""

    x: float
    y: float


class NodeMetadata(Open):
    """What an editor keeps about a node, and how a run treats it."""

    position: Position | None = optional()
    customized_name: str | None = optional("Shown instead of the block's title.")
    disabled: bool | None = optional("Whether the node, with its links, does not exist for runs.")
    pinned: dict[str, list[Any]] | None = optional(
        "Values by output pin that runs of the draft use instead of the block."
    )
    group: str | None = optional("The id of a group in the graph's `groups`.")
    retry: JSONByName | None = optional("When a failed node is tried again.")
    timeout_seconds: float | None = optional("How long one try may take.")


class GraphNode(Open):
    """A block at work in a graph."""

    id: str
    block_id: str
    input_default: JSONByName = Field(description="Values by input pin.")
    metadata: NodeMetadata


class GraphLink(Open):
    """From an output pin to an input pin."""

    id: str
    source_id: str
    sink_id: str
    source_name: str
    sink_name: str
    is_static: bool


class DraftProblem(BaseModel):
    """Something that is wrong with a draft. What cannot be published cannot be run either."""

    code: str
    detail: str
    attr: str | None = optional()
    node_id: str | None = optional()
    link_id: str | None = optional()
    pin: str | None = optional()
    forbids: Literal["publish", "run"]


class DraftGraph(Open):
    """The graph of a draft. Ids of nodes and links stay as they are sent."""

    id: UUID
    name: str
    description: str
    nodes: list[GraphNode]
    links: list[GraphLink]


class RunGraph(DraftGraph):
    """The graph that a run runs."""

    version: int = Field(description="The version or, of a draft, the one that it was begun on.")
    of_draft: bool


class Draft(BaseModel):
    """What an agent's editor shows: its draft or, without one, its active version."""

    graph: DraftGraph
    revision: int = Field(description="Counts the changes; also the `ETag`.")
    base_version: int = Field(description="The version that the draft was begun on.")
    active_version: int
    has_changes: bool = Field(description="Whether there is anything to publish.")
    updated_at: datetime
    credentials_input_schema: JSONByName | None = optional(
        "Which credentials a run of it is given, by name: a JSON Schema."
    )
    problems: list[DraftProblem]


class SavedDraft(Draft):
    """The draft as it is kept; without `graph` where the request said `Prefer: return=minimal`."""

    graph: DraftGraph | None = optional()  # type: ignore[assignment]
