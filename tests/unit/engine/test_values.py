"""What a block hands out, and what JSON does not have."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from agents.engine.values import BadOutput, EmittedError, ValueTooLarge, emission_value, error_of
from blocks.sdk import BlockError, InvalidPins, PinName, TransientBlockError
from tests.support.probes import nested

OUT = PinName("out")


class Colour(Enum):
    RED = "red"


class Point(BaseModel):
    x: int = 1
    y: list[float] = [2.5]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (10**400, 10**400),
        (-(10**400), -(10**400)),
        (1.0, 1.0),
        (1e308, 1e308),
        ("\x00\ud800 \U0001f600", "\x00\ud800 \U0001f600"),
        (b"text", "text"),
        ((1, (2,)), [1, [2]]),
        ({1: "a", None: "b", 2.5: "c"}, {"1": "a", "None": "b", "2.5": "c"}),
        (Point(), {"x": 1, "y": [2.5]}),
        ([Colour.RED], ["red"]),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (Decimal("1.10"), "1.10"),
        (nested(200), nested(200)),
    ],
)
def test_values_become_json(value: Any, expected: Any) -> None:
    found = emission_value(OUT, value)

    assert found == expected
    assert type(found) is type(expected)


def test_a_set_becomes_a_list() -> None:
    assert emission_value(OUT, {"a"}) == ["a"]


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        [-math.inf],
        {"deep": [{"er": math.nan}]},
        object(),
        lambda: None,
        b"\xff",
        10**5000,
        nested(201),
        nested(100_000),
    ],
    ids=lambda value: str(type(value)),
)
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(BadOutput, match=r"^The value on pin `out` cannot be kept: ") as refusal:
        emission_value(OUT, value)

    assert refusal.value.code == "output_not_json"
    assert len(str(refusal.value)) < 400


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)

    with pytest.raises(BadOutput, match="cannot be kept"):
        emission_value(OUT, value)


@pytest.mark.parametrize(("size", "fits"), [(98, True), (99, False)])
def test_a_value_may_have_so_many_bytes_of_json(size: int, fits: bool) -> None:
    if fits:
        assert emission_value(OUT, "x" * size, max_bytes=100) == "x" * size
        return
    with pytest.raises(ValueTooLarge, match="`out` has 101 bytes; 100 are allowed") as refusal:
        emission_value(OUT, "x" * size, max_bytes=100)
    assert refusal.value.code == "value_too_large"


@pytest.mark.parametrize("pin", ["a\x00", "\udfff"])
def test_a_pin_that_no_database_can_name_is_refused(pin: str) -> None:
    with pytest.raises(BadOutput, match="null character or half of a surrogate pair"):
        emission_value(PinName(pin), 1)


def test_a_value_on_the_error_pin_ends_the_block() -> None:
    with pytest.raises(EmittedError, match=r"^It broke$") as error:
        emission_value(PinName("error"), "It broke")

    assert error_of(error.value) == ("block_failed", "It broke")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BlockError("No."), ("block_failed", "No.")),
        (BlockError(), ("block_failed", "BlockError")),
        (TransientBlockError("Later."), ("block_failed_for_now", "Later.")),
        (InvalidPins({"a": "is required"}), ("invalid_pins", "`a`: is required")),
        (RuntimeError("Odd."), ("block_failed", "Odd.")),
        (KeyError(), ("block_failed", "KeyError")),
    ],
)
def test_a_failure_has_a_code_and_a_sentence(error: Exception, expected: tuple[str, str]) -> None:
    assert error_of(error) == expected


def test_an_output_that_does_not_fit_its_pins_is_the_block_s_fault() -> None:
    with pytest.raises(ValueError, match="x") as misfit:
        Point(x="no number")

    code, message = error_of(misfit.value)
    assert code == "output_not_json"
    assert message.startswith("The block's output does not fit its pins: ")
