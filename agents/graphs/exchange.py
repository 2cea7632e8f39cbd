"""The exchange format: an agent as a JSON file that the AutoGPT Platform and Trellis both read.

The shapes are checked here and nothing else. A null counts as absent; keys that no shape names
are kept, unless they can be derived or belong to the instance that wrote the file.
"""

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, overload
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from agents.engine.errors import InvalidGraph
from agents.graphs.misfits import misfits
from kernel.errors import Detail
from kernel.jsontypes import DEEPEST, JSONObject, JSONValue, NotJSON, check_depth

LONGEST_NAME = 255
LONGEST_ID = 64  # of a node or a link in a graph
LONGEST_DESCRIPTION = 100_000
GREATEST_VERSION = 1_000_000_000
DEEPEST_GRAPH = DEEPEST - 8  # an answer wraps a graph in a few more levels
UNNAMED = "Untitled agent"

NOT_KEPT = frozenset(
    {
        # derived from the graph
        "input_schema",
        "output_schema",
        "credentials_input_schema",
        "has_external_trigger",
        "has_human_in_the_loop",
        "has_sensitive_action",
        "has_webhook_trigger",
        "problems",
        "trigger_setup_info",
        "subgraphs",
        # of the instance that wrote the file
        "created_at",
        "executions",
        "graph_id",
        "graph_version",
        "is_template",
        "user_id",
        "webhook",
        "webhook_id",
    }
)


def _storable(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("null_character", "must not contain a null character")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("string_unicode", "must not contain half of a surrogate pair")
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: member for key, member in value.items() if member is not None}

    @property
    def kept(self) -> JSONObject:
        """Return the keys that the format does not name but that are worth keeping."""
        extra = self.model_extra or {}
        return {key: value for key, value in extra.items() if key not in NOT_KEPT}


class LinkFile(Shape, extra="allow"):
    """A link as a file has it. Its id may be anything: one that cannot be kept is replaced."""

    id: Any = None
    source_id: str
    sink_id: str
    source_name: Text
    sink_name: Text
    is_static: bool = False


class NodeFile(Shape, extra="allow"):
    """A node as a file has it. Its own lists of links repeat the graph's."""

    id: str = Field(default_factory=lambda: str(uuid4()))
    block_id: str
    input_default: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    input_links: list[LinkFile] = Field(default=[], repr=False)
    output_links: list[LinkFile] = Field(default=[], repr=False)


class GraphFile(Shape, extra="allow"):
    """A graph as a file has it, with the sub-agents that travel with it."""

    id: str = ""
    version: int = Field(default=1, ge=1, le=GREATEST_VERSION)
    is_active: bool = True
    name: Text = Field(default="", max_length=LONGEST_NAME)
    description: Text = Field(default="", max_length=LONGEST_DESCRIPTION)
    nodes: list[NodeFile]
    links: list[LinkFile] = []
    forked_from_id: Any = None
    forked_from_version: Any = None
    sub_graphs: list["SubGraphFile"] = []

    @property
    def title(self) -> str:
        """Return the name, or words for a graph without one."""
        return self.name.strip() or UNNAMED

    @property
    def all_links(self) -> list[LinkFile]:
        """Return the graph's links; those of its nodes where the graph lists none."""
        if "links" in self.model_fields_set:
            return self.links
        return [link for node in self.nodes for link in (*node.input_links, *node.output_links)]

    def family(self) -> dict[tuple[str, int], "GraphFile"]:
        """Return this graph and all its sub-agents, each once, by id and version."""
        family: dict[tuple[str, int], GraphFile] = {}
        for graph in self._walk():
            family.setdefault((graph.id, graph.version), graph)
        return family

    def _walk(self) -> Iterator["GraphFile"]:
        yield self
        for graph in self.sub_graphs:
            yield from graph._walk()


class SubGraphFile(GraphFile):
    """The graph of a sub-agent: nodes refer to it by its id."""

    id: str = Field(min_length=1)


class DraftNode(NodeFile):
    """A node of a draft, whose id is kept."""

    id: Annotated[Text, Field(min_length=1, max_length=LONGEST_ID)]


class DraftFile(GraphFile):
    """A graph as an editor sends it."""

    nodes: list[DraftNode]  # type: ignore[assignment]


F = TypeVar("F", bound=GraphFile)


@overload
def read_file(value: JSONValue) -> GraphFile: ...
@overload
def read_file(value: JSONValue, shape: type[F]) -> F: ...
def read_file(value: JSONValue, shape: type[GraphFile] = GraphFile) -> GraphFile:
    """Return the graph file that the JSON value is. Raises InvalidGraph with all misfits."""
    try:
        check_depth(value, DEEPEST_GRAPH)
        return shape.model_validate(value)
    except NotJSON as error:
        raise InvalidGraph(str(error), errors=[Detail("too_deep", str(error))]) from None
    except ValidationError as error:
        raise InvalidGraph(
            "The graph has the wrong shape.", errors=misfits(error, whole="graph")
        ) from None
