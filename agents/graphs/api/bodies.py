"""What a request's body says."""

from agents.engine.errors import InvalidGraph
from kernel.errors import Detail
from kernel.jsontypes import JSONValue


def graph_of_body(body: JSONValue) -> JSONValue:
    """Return the graph of a body, which is ``{"graph": {…}}`` or the graph itself."""
    if isinstance(body, dict) and "nodes" in body:
        return body
    if isinstance(body, dict) and "graph" in body:
        return body["graph"]
    sentence = 'The body must be an object like {"graph": {"name": "…", "nodes": [], "links": []}}.'
    raise InvalidGraph(sentence, errors=[Detail("missing_key", sentence, attr="graph")])
