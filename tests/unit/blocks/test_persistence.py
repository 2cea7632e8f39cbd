"""Remembering, from one run to the next."""

from typing import Any

import pytest

from blocks.sdk import InvalidPins
from blocks.sdk.testing import FakeContext, MemoryStore
from tests.support.blocks import emitted


@pytest.mark.parametrize("value", [0, "", False, [1, {"é": None}], "x" * 100_000])
@pytest.mark.parametrize("scope", ["within_agent", "across_agents"])
def test_value_is_remembered_in_its_scope(value: Any, scope: Any) -> None:
    store = MemoryStore()
    inputs = {"key": "k", "value": value, "scope": scope}

    assert emitted("PersistInformationBlock", inputs, FakeContext(store=store)) == [
        ("value", value)
    ]

    assert store.values == {(scope, "k"): value}
    later = FakeContext(store=store)
    retrieved = emitted("RetrieveInformationBlock", {"key": "k", "scope": scope}, later)
    assert retrieved == [("value", value)]


def test_value_of_the_other_scope_is_not_seen() -> None:
    context = FakeContext(store=MemoryStore({("across_agents", "k"): 1}))

    retrieved = emitted("RetrieveInformationBlock", {"key": "k", "default_value": "none"}, context)

    assert retrieved == [("value", "none")]


def test_nothing_is_retrieved_where_nothing_was_remembered() -> None:
    assert emitted("RetrieveInformationBlock", {"key": "k"}) == [("value", None)]


def test_later_value_takes_the_place_of_the_earlier() -> None:
    context = FakeContext()
    for value in (1, 2):
        emitted("PersistInformationBlock", {"key": "k", "value": value}, context)

    assert emitted("RetrieveInformationBlock", {"key": "k"}, context) == [("value", 2)]


@pytest.mark.parametrize(
    "inputs", [{"key": "k"}, {"value": 1}, {"key": "k", "value": 1, "scope": "x"}]
)
def test_incomplete_inputs_are_refused_and_nothing_is_remembered(inputs: dict[str, Any]) -> None:
    store = MemoryStore()

    with pytest.raises(InvalidPins):
        emitted("PersistInformationBlock", inputs, FakeContext(store=store))

    assert store.values == {}
