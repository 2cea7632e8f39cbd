"""Graphs with their ids replaced by numbers, so that graphs with new ids can be compared."""

from kernel.jsontypes import JSONObject, dumps, loads


def canonical(graph: JSONObject) -> JSONObject:
    """Return the graph, or exported file, with every id named by where it first stands.

    Graphs, nodes and links are numbered in their order; every mention of an id follows, also
    inside of values and pin names.
    """
    text = dumps(graph)
    for number, id in enumerate(_ids(graph)):
        text = text.replace(id, f"id-{number}")
    renamed: JSONObject = loads(text)
    return renamed


def _ids(graph: JSONObject) -> list[str]:
    ids = [graph["id"]] if "id" in graph else []
    ids += [part["id"] for part in (*graph["nodes"], *graph["links"])]
    for sub_graph in graph.get("sub_graphs", ()):
        ids += _ids(sub_graph)
    return ids
