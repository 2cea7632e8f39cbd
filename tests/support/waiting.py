"""Wait for what another process or thread will do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0  # seconds; the machine may be slow, and busy with other tests


def eventually(
    question: Callable[[], T], *, timeout: float = PATIENCE, every: float = 0.05, what: str = ""
) -> T:
    """Ask until the answer is true, and return it. Fails with the last answer after ``timeout`` s."""
    deadline = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            name = what or getattr(question, "__name__", "the question")
            raise AssertionError(f"{name} was {answer!r} for {timeout} seconds.")
        time.sleep(every)
