"""Does the builder say the truth about which output may feed which input?

``pin_cases.json`` is read by the builder's tests too: its `fitOf` and `misfit` must give the answers
that stand there, and here the answers are held against what really happens to values.
"""

import enum
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, TypeAdapter, create_model

from blocks.sdk.conversion import convert_inputs
from blocks.sdk.equality import json_equal
from blocks.sdk.errors import InvalidPins
from blocks.sdk.pins import InputPins

CASES = json.loads(Path(__file__).with_name("pin_cases.json").read_text(encoding="utf-8"))


class Person(BaseModel):
    name: str
    age: int = 0


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


TYPES: dict[str, Any] = {
    "anything": Any,
    "text": str,
    "whole number": int,
    "number": float,
    "flag": bool,
    "list": list[Any],
    "list of texts": list[str],
    "list of numbers": list[float],
    "dictionary": dict[str, Any],
    "dictionary of numbers": dict[str, float],
    "person": Person,
    "list of people": list[Person],
    "choice": Literal["red", "green"],
    "enumeration": Colour,
    "text or nothing": str | None,
    "number or text": float | str,
    "date": date,
    "time": time,
    "date and time": datetime,
}


def arrives(name: str, value: Any) -> Literal["same", "converted", "refused"]:
    """Return what happens to the value on a pin of the type."""
    pins = create_model("Pins", __base__=InputPins, pin=(TYPES[name], ...))
    try:
        data = convert_inputs(pins, {"pin": value})
        pins.build(data)
    except InvalidPins:
        return "refused"
    return "same" if json_equal(data["pin"], value) else "converted"


def test_the_cases_describe_the_types_that_pins_have() -> None:
    assert {name: TypeAdapter(kind).json_schema() for name, kind in TYPES.items()} == {
        name: case["schema"] for name, case in CASES["types"].items()
    }


@pytest.mark.parametrize("output", list(TYPES))
def test_samples_are_values_of_their_type(output: str) -> None:
    for sample in CASES["types"][output]["samples"]:
        assert arrives(output, sample) == "same"


@pytest.mark.parametrize("output", list(TYPES))
def test_the_builder_says_what_happens_to_the_values_of_an_output(output: str) -> None:
    samples = CASES["types"][output]["samples"]
    said = {
        "fits": lambda found: found == {"same"},
        "converts": lambda found: found not in ({"same"}, {"refused"}),
        "never": lambda found: found == {"refused"},
    }

    assert CASES["fits"][output].keys() == TYPES.keys()
    for name, fit in CASES["fits"][output].items():
        found = {arrives(name, sample) for sample in samples}
        assert said[fit](found), f"{output} to {name} is said to be {fit!r}, but is {found}"


@pytest.mark.parametrize("name", list(CASES["values"]))
def test_the_builder_finds_the_values_that_a_node_would_fail_on(name: str) -> None:
    for value, verdict in CASES["values"][name]:
        found = arrives(name, value)
        assert (found == "refused") is (verdict == "error"), f"{value!r} is {found}"
