"""Waiting for what others do."""

import pytest

from tests.support.waiting import eventually


def test_it_returns_the_first_true_answer() -> None:
    answers = iter([0, "", None, "done", "never asked"])

    assert eventually(lambda: next(answers), every=0) == "done"
    assert next(answers) == "never asked"


def test_it_fails_with_the_last_answer() -> None:
    with pytest.raises(AssertionError, match=r"the run's status was 0 for 0\.01 seconds"):
        eventually(lambda: 0, timeout=0.01, every=0.001, what="the run's status")
