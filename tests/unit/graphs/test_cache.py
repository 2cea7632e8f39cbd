"""A process parses each version once, and forgets what it has not used for long."""

from uuid import uuid4

from agents.engine.graph import Graph
from agents.graphs.cache import GraphCache
from tests.support.graphs import calculator


class Parser:
    """Counts how often it is asked for a graph of three nodes and two links."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Graph:
        self.calls += 1
        return calculator().graph()


def test_a_version_is_parsed_once() -> None:
    cache, parse, version = GraphCache(), Parser(), uuid4()

    assert cache.get(version, parse) is cache.get(version, parse)
    assert parse.calls == 1
    assert version in cache


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    cache, parse = GraphCache(most_nodes=12), Parser()
    first, second, third = uuid4(), uuid4(), uuid4()

    cache.get(first, parse)
    cache.get(second, parse)
    cache.get(first, parse)
    cache.get(third, parse)

    assert [first in cache, second in cache, third in cache] == [True, False, True]
    assert parse.calls == 3


def test_a_graph_larger_than_the_cache_is_kept_until_the_next() -> None:
    cache, parse = GraphCache(most_nodes=1), Parser()
    large, next = uuid4(), uuid4()

    cache.get(large, parse)
    assert large in cache

    cache.get(next, parse)
    assert large not in cache
