"""Saved agents know blocks by these facts, so none may change."""

import json
from pathlib import Path
from typing import Any

import pytest

from blocks.sdk import registry
from tests.unit.blocks.facts import facts

KNOWN: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", KNOWN)
def test_block_keeps_its_id_pins_types_and_defaults(name: str) -> None:
    assert facts().get(name) == KNOWN[name]


@pytest.mark.parametrize("name", KNOWN)
def test_block_keeps_the_order_of_its_pins(name: str) -> None:
    [spec] = [spec for spec in registry if spec.name == name]

    assert list(spec.inputs.pins()) == list(KNOWN[name]["inputs"])
    assert list(spec.outputs.pins()) == list(KNOWN[name]["outputs"])


def test_every_block_has_its_facts_in_the_catalogue() -> None:
    assert {spec.name for spec in registry} == set(KNOWN)


def test_ids_of_the_first_year_lead_to_the_blocks_of_today() -> None:
    assert registry.resolve("f8e7d6c5-b4a3-2c1d-0e9f-8g7h6i5j4k3l") == (
        "f66a3543-28d3-4ab5-8945-9b336371e2ce"
    )
