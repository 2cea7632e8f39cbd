"""Samples: of the right size, without repetition, and the same for the same seed."""

import random
from itertools import pairwise
from typing import Any

import pytest

from blocks.library.sampling import Method
from blocks.sdk import BlockError
from tests.support.blocks import emitted

ROWS = [{"n": n, "kind": "ab"[n % 4 == 0], "weight": n} for n in range(20)]


def sampled(
    method: str, size: int = 6, data: Any = ROWS, **more: Any
) -> tuple[list[Any], list[int]]:
    keys = {"stratify_key": "kind", "weight_key": "weight", "cluster_key": "kind"}
    inputs = {"data": data, "sample_size": size, "sampling_method": method, **keys, **more}
    [(_, rows), (_, indices)] = emitted("DataSamplingBlock", inputs)
    return rows, indices


@pytest.mark.parametrize("method", list(Method))
def test_sample_has_the_size_and_no_row_twice(method: Method) -> None:
    rows, indices = sampled(method)

    assert len(set(indices)) == 6
    assert rows == [ROWS[index] for index in indices]


@pytest.mark.parametrize("method", list(Method))
def test_same_seed_gives_the_same_sample(method: Method) -> None:
    assert sampled(method, random_seed=7) == sampled(method, random_seed=7)


@pytest.mark.parametrize("method", list(Method))
def test_chance_of_the_process_is_left_alone(method: Method) -> None:
    before = random.getstate()

    sampled(method)

    assert random.getstate() == before


def test_other_seeds_give_other_samples() -> None:
    samples = {tuple(sampled("random", random_seed=seed)[1]) for seed in range(20)}

    assert len(samples) > 15


@pytest.mark.parametrize(("method", "indices"), [("top", [0, 1, 2]), ("bottom", [17, 18, 19])])
def test_ends_are_taken_in_order(method: str, indices: list[int]) -> None:
    assert sampled(method, 3)[1] == indices


def test_systematic_sample_takes_every_nth_row() -> None:
    indices = sampled("systematic", 5)[1]

    assert [later - earlier for earlier, later in pairwise(indices)] == [4, 4, 4, 4]
    assert indices[0] < 4


def test_stratified_sample_keeps_the_proportions() -> None:
    rows = sampled("stratified", 8)[0]

    assert [row["kind"] for row in rows].count("b") == 2  # 5 of 20 are b


def test_stratified_sample_has_the_exact_size_for_uneven_groups() -> None:
    data = [{"kind": kind} for kind in "aabbbccccddddd"]

    for size in range(len(data) + 1):
        assert len(sampled("stratified", size, data)[1]) == size


def test_weightless_rows_are_never_taken() -> None:
    for seed in range(50):
        assert 0 not in sampled("weighted", 6, random_seed=seed)[1]


def test_cluster_sample_takes_whole_clusters_first() -> None:
    kinds = [row["kind"] for row in sampled("cluster", 6, random_seed=1)[0]]

    assert kinds in (["a"] * 6, ["b"] * 5 + ["a"])


def test_lists_can_be_rows_and_one_object_is_one_row() -> None:
    assert sampled("top", 1, [[1, 2], [3]]) == ([[1, 2]], [0])
    assert sampled("top", 1, {"a": 1}) == ([{"a": 1}], [0])


def test_empty_sample_is_empty() -> None:
    assert sampled("random", 0) == ([], [])
    assert sampled("systematic", 0, []) == ([], [])


@pytest.mark.parametrize(
    ("method", "more", "message"),
    [
        ("random", {"sample_size": 21}, "`sample_size` is 21, but there are 20 rows"),
        ("random", {"sample_size": -1}, "`sample_size` is -1"),
        ("stratified", {"stratify_key": None}, "`stratify_key` is empty"),
        ("cluster", {"cluster_key": "no"}, "no key 'no', which `cluster_key` asks for"),
        ("weighted", {"weight_key": "kind"}, "A weight is 'b', which is not a number"),
        ("weighted", {"sample_size": 20}, "Only 19 rows have a weight above 0"),
        ("stratified", {"data": [[1]] * 9}, "no key 'kind'"),
    ],
)
def test_sample_that_cannot_be_taken_is_an_error(
    method: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(BlockError, match=message):
        sampled(method, **{"size": more.pop("sample_size", 6), **more})
