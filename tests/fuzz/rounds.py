"""Rounds of random inputs: each has a seed of its own, which is all one needs to see it again."""

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import TARGETS


def play(name: str, number: int, examples: int | None = None) -> int:
    """Ask one target about a round of inputs; return how many. Raises what the property raises."""
    target = TARGETS[name]
    asked = 0

    @seed(number)
    @settings(
        max_examples=examples or target.round,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(**target.inputs)
    def ask(**inputs: object) -> None:
        nonlocal asked
        asked += 1
        target.check(**inputs)

    ask()
    return asked
