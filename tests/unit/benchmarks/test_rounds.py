import pytest

from benchmarks.errors import BenchmarkFailed
from benchmarks.rounds import alternate, percentile


def test_rounds_alternate_in_changing_order_after_one_that_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROUNDS", "3")
    calls: list[str] = []

    def measure(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    found = alternate({"a": lambda: measure("a"), "b": lambda: measure("b")})

    assert calls == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert found == {"a": [3.0, 6.0, 7.0], "b": [4.0, 5.0, 8.0]}


def test_what_is_warm_is_not_measured_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUNDS", "1")

    assert alternate({"a": iter([1.0, 2.0]).__next__}, warm=True) == {"a": [1.0]}


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 51), (99, 100), (100, 100)])
def test_percentiles_of_one_to_a_hundred(percent: float, value: float) -> None:
    assert percentile([float(one) for one in range(100, 0, -1)], percent) == value


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(BenchmarkFailed):
        percentile([], 50)
