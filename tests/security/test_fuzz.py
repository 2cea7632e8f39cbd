"""A short round of `python -m tests.fuzz`, the same each time; see there for longer ones."""

import pytest

from tests.fuzz.planted import SECRET
from tests.fuzz.rounds import play
from tests.fuzz.targets import TARGETS

EXAMPLES = {"templates": 150, "addresses": 500, "code": 60}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found_in_a_short_round(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", SECRET)

    assert play(name, 20_260_101, EXAMPLES[name]) >= EXAMPLES[name]
