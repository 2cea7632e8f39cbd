"""The block that takes a sample, with a source of chance of its own for each run."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from random import Random
from typing import Any, TypeAlias

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin

Row: TypeAlias = dict[Any, Any] | list[Any]


class Method(StrEnum):
    """How to choose."""

    RANDOM = "random"
    SYSTEMATIC = "systematic"
    TOP = "top"
    BOTTOM = "bottom"
    STRATIFIED = "stratified"
    WEIGHTED = "weighted"
    RESERVOIR = "reservoir"
    CLUSTER = "cluster"


class DataSamplingInputs(InputPins):
    data: dict[str, Any] | list[dict[str, Any] | list[Any]] = pin(
        description="The rows to choose from; an object by itself is one row"
    )
    sample_size: int = pin(10, description="How many rows to take")
    sampling_method: Method = pin(Method.RANDOM, description="How to choose the rows")
    accumulate: bool = pin(
        False, description="Has no effect; a sample is of the rows that arrive together"
    )
    random_seed: int | None = pin(None, description="A number; the same one gives the same sample")
    stratify_key: str | None = pin(None, description="For `stratified`: the key that makes groups")
    weight_key: str | None = pin(None, description="For `weighted`: the key with a row's weight")
    cluster_key: str | None = pin(None, description="For `cluster`: the key that makes clusters")


class DataSamplingOutputs(OutputPins):
    sampled_data: list[Any] = pin([], description="The rows that were chosen")
    sample_indices: list[int] = pin([], description="Their places in the data, from 0")


@block(
    id="4a448883-71fa-49cf-91cf-70d793bd7d87",
    name="DataSamplingBlock",
    categories=[Category.LOGIC],
    queue="cpu",
    examples=[
        (
            DataSamplingInputs(
                data=[{"n": 1}, {"n": 2}, {"n": 3}], sample_size=2, sampling_method=Method.TOP
            ),
            DataSamplingOutputs(sampled_data=[{"n": 1}, {"n": 2}], sample_indices=[0, 1]),
        ),
        (
            DataSamplingInputs(data=[[1], [2], [3]], sample_size=1, sampling_method=Method.BOTTOM),
            DataSamplingOutputs(sampled_data=[[3]], sample_indices=[2]),
        ),
    ],
)
def sample_data(inputs: DataSamplingInputs) -> Iterator[DataSamplingOutputs]:
    """Take a sample of rows: at random, by turns, from an end, or by groups or weights."""
    rows: list[Row] = [inputs.data] if isinstance(inputs.data, dict) else list(inputs.data)
    if not 0 <= inputs.sample_size <= len(rows):
        raise BlockError(
            f"`sample_size` is {inputs.sample_size:,}, but there are {len(rows):,} rows."
        )
    chance = Random(inputs.random_seed)  # noqa: S311  a sample is no secret
    chosen = CHOOSE[inputs.sampling_method](rows, inputs, chance) if inputs.sample_size else []
    yield DataSamplingOutputs(
        sampled_data=[rows[index] for index in chosen], sample_indices=list(chosen)
    )


def _random(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    return chance.sample(range(len(rows)), inputs.sample_size)


def _systematic(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    """Return every n-th row, from a random start."""
    step = len(rows) // inputs.sample_size
    return range(chance.randrange(step), len(rows), step)[: inputs.sample_size]


def _top(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    return range(inputs.sample_size)


def _bottom(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    return range(len(rows) - inputs.sample_size, len(rows))


def _stratified(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    """Return from each group its share; the largest remainders get what rounding leaves over."""
    groups = _groups(rows, inputs.stratify_key, "stratify_key")
    shares = [len(group) * inputs.sample_size / len(rows) for group in groups]
    counts = [math.floor(share) for share in shares]
    by_remainder = sorted(range(len(groups)), key=lambda at: counts[at] - shares[at])
    for at in by_remainder[: inputs.sample_size - sum(counts)]:
        counts[at] += 1
    picks = zip(groups, counts, strict=True)
    return [index for group, count in picks for index in chance.sample(group, count)]


def _weighted(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    """Return rows without repetition, the likelier the heavier (Efraimidis and Spirakis)."""
    weights = [_weight(_field(row, inputs.weight_key, "weight_key")) for row in rows]
    heavy = [index for index, weight in enumerate(weights) if weight > 0]
    if len(heavy) < inputs.sample_size:
        raise BlockError(f"Only {len(heavy):,} rows have a weight above 0.")
    keys = {index: math.log(1 - chance.random()) / weights[index] for index in heavy}
    return sorted(heavy, key=keys.__getitem__, reverse=True)[: inputs.sample_size]


def _reservoir(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    kept = list(range(inputs.sample_size))
    for index in range(inputs.sample_size, len(rows)):
        place = chance.randrange(index + 1)
        if place < inputs.sample_size:
            kept[place] = index
    return kept


def _cluster(rows: list[Row], inputs: DataSamplingInputs, chance: Random) -> Sequence[int]:
    """Return whole clusters in random order, the last one cut at the sample's size."""
    clusters = _groups(rows, inputs.cluster_key, "cluster_key")
    chance.shuffle(clusters)
    return [index for cluster in clusters for index in cluster][: inputs.sample_size]


CHOOSE: dict[Method, Callable[[list[Row], DataSamplingInputs, Random], Sequence[int]]] = {
    Method.RANDOM: _random,
    Method.SYSTEMATIC: _systematic,
    Method.TOP: _top,
    Method.BOTTOM: _bottom,
    Method.STRATIFIED: _stratified,
    Method.WEIGHTED: _weighted,
    Method.RESERVOIR: _reservoir,
    Method.CLUSTER: _cluster,
}


def _groups(rows: list[Row], key: str | None, pin_name: str) -> list[list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[repr(_field(row, key, pin_name))].append(index)
    return list(groups.values())


def _field(row: Row, key: str | None, pin_name: str) -> Any:
    if not key:
        raise BlockError(f"`{pin_name}` is empty. This method needs the name of a key.")
    if not isinstance(row, dict) or key not in row:
        raise BlockError(f"Some row has no key {key!r}, which `{pin_name}` asks for.")
    return row[key]


def _weight(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BlockError(f"A weight is {value!r}, which is not a number.")
    return float(value)
