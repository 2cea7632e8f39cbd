import pytest

from blocks.sdk.equality import json_equal, json_key, unique


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}),
        (None, None),
        (2**70, 2**70),
        ("é", "é"),
        ([], []),
    ],
)
def test_values_that_json_writes_alike_are_equal(one: object, other: object) -> None:
    assert json_equal(one, other)
    assert hash(json_key(one)) == hash(json_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (False, 0),
        ([True], [1]),
        ({"a": False}, {"a": 0}),
        (None, False),
        ("1", 1),
        ([1, 2], [2, 1]),
        ([], {}),
        ([["a", 1]], {"a": 1}),
        (2**53 + 1, float(2**53)),
        ("é", "e\u0301"),
    ],
)
def test_values_that_json_tells_apart_are_not_equal(one: object, other: object) -> None:
    assert not json_equal(one, other)


def test_unique_keeps_each_value_where_it_first_stood() -> None:
    values = [2, 1, 2.0, True, {"a": [1]}, 1, {"a": [1.0]}, None, None, "2"]

    assert unique(values) == [2, 1, True, {"a": [1]}, None, "2"]
