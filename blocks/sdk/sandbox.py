"""Runs Python that people wrote, in Monty: an interpreter of its own, in a process of its own.

Monty knows no files, no network, no environment and no other program: what code can do is in
docs/code.md. Its process is started for one run of a block and ends with it. It has an empty
environment, and the limits of `confine` besides those that the interpreter keeps itself.

What the code made leaves as JSON text, written inside of the limits: a value that holds another one
a million times over is small in there, and would fill the memory of whoever takes it out as it is.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from blocks.sdk.errors import BlockError

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyError, MontySession

MIB = 1024 * 1024
LONGEST_SECONDS = 60
LARGEST_MEMORY = 128 * MIB
LARGEST_PROCESS = 1024 * MIB  # the interpreter itself, and what it reserves
LARGEST_CODE = 100_000  # characters
LARGEST_RESULT = 16 * MIB  # characters
LARGEST_PRINTED = 100_000  # bytes
LONGEST_ERROR = 500  # characters
DEEPEST = 300
PARENT_GRACE = 2.0  # seconds after which a process that ignores its limits is ended

MODULES = [
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "functools",
    "hashlib",
    "itertools",
    "json",
    "math",
    "os",
    "pathlib",
    "random",
    "re",
    "sys",
    "time",
    "tomllib",
    "typing",
    "unicodedata",
]
"""What code can import. `os`, `sys` and `pathlib` have their harmless parts only."""

INPUTS, RESULT = "inputs", "result"
# The value of the last line stays inside: only `result` leaves, by the way of the second feed.
ENDING = "\npass\n"
TAKE_OUT = f'import json\nf"{{json.dumps({RESULT})}}"'


class CodeFailed(BlockError):
    """The code is wrong, or raised an error that it did not catch."""

    code = "code_failed"


class CodeTookTooMuch(BlockError):
    """The code took more time, memory or room for text than code may."""

    code = "code_took_too_much"


@dataclass(frozen=True)
class Ran:
    """What became of the code."""

    printed: str
    has_result: bool = False
    result: Any = None
    error: BlockError | None = None


def run(code: str, inputs: Mapping[str, Any], *, seconds: float) -> Ran:
    """Return what the code printed, and what it left in ``result`` or why it failed.

    The inputs are variables by their names, and all of them are in the variable ``inputs``.
    """
    if len(code) > LARGEST_CODE:
        raise CodeTookTooMuch(
            f"The code has {len(code):,} characters; {LARGEST_CODE:,} is the most."
        )
    from pydantic_monty import CollectStreams

    printed = CollectStreams(max_bytes=LARGEST_PRINTED)
    text: str | None = None
    error: BlockError | None = None
    with _session(min(max(seconds, 0.1), LONGEST_SECONDS)) as session:
        try:
            with _translated(code):
                session.feed_run(code + ENDING, inputs=_variables(inputs), print_callback=printed)
            text = _taken_out(session)
        except BlockError as raised:
            error = raised
    said = "".join(part for _, part in printed.output)
    if error is not None or text is None:
        return Ran(said, error=error)
    try:
        return Ran(said, True, _value(text))
    except BlockError as raised:
        return Ran(said, error=raised)


def _taken_out(session: "MontySession") -> str | None:
    """Return the result as JSON; None where the code left none. Raises CodeFailed."""
    try:
        with _translated(""):
            return str(session.feed_run(TAKE_OUT))
    except CodeFailed as error:
        if str(error).endswith(f"NameError: name '{RESULT}' is not defined"):
            return None
        raise CodeFailed(
            f"`{RESULT}` cannot be told as JSON: {error}. Make lists, texts and numbers of it."
        ) from None


@contextmanager
def _translated(code: str) -> Iterator[None]:
    """Raise what went wrong in the code as a BlockError."""
    from pydantic_monty import MontyError

    try:
        yield
    except MontyError as error:
        raise _failure(error, code) from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise CodeFailed(_shortened(str(error))) from None


@contextmanager
def _session(seconds: float) -> Iterator["MontySession"]:
    from pydantic_monty import Monty

    with Monty(
        min_processes=1,
        max_processes=1,
        feed_duration_limit_grace=PARENT_GRACE,
        request_timeout=seconds + 2 * PARENT_GRACE,
    ) as pool:
        confine(pool, seconds)
        with pool.checkout(
            limits={
                "max_feed_duration_secs": seconds,
                "max_memory": LARGEST_MEMORY,
                "max_recursion_depth": DEEPEST,
            },
            os_policy={"sleep": "zero"},
        ) as session:
            yield session


def confine(pool: "Monty", seconds: float) -> None:
    """Put the system's own limits on the interpreter, should its own not hold."""
    import psutil

    for child in psutil.Process().children():
        try:
            if child.name() != "monty":
                continue
            for limit, most in (
                (psutil.RLIMIT_AS, LARGEST_PROCESS),
                (psutil.RLIMIT_CPU, int(2 * seconds + 2 * PARENT_GRACE) + 1),
                (psutil.RLIMIT_FSIZE, 0),
                (psutil.RLIMIT_CORE, 0),
            ):
                child.rlimit(limit, (most, most))
        except psutil.NoSuchProcess:
            continue  # another run's, which has just ended


def _variables(inputs: Mapping[str, Any]) -> dict[str, Any]:
    named = {
        name: value for name, value in inputs.items() if name.isidentifier() and not iskeyword(name)
    }
    return {**named, INPUTS: dict(inputs)}


def _value(text: str) -> Any:
    if len(text) > LARGEST_RESULT:
        raise CodeTookTooMuch(
            f"`{RESULT}` has {len(text):,} characters as JSON; {LARGEST_RESULT:,} is the most."
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CodeFailed(f"`{RESULT}` cannot be read: {_shortened(str(error))}") from None


def _failure(error: "MontyError", code: str) -> BlockError:
    from pydantic_monty import MontyCrashedError

    if isinstance(error, MontyCrashedError):
        return CodeTookTooMuch("The code ended the process that it ran in.")
    cause = error.exception()
    sentence = _shortened(f"{type(cause).__name__}: {cause}".removesuffix(": "))
    if isinstance(cause, MemoryError | RecursionError | TimeoutError):
        return CodeTookTooMuch(f"The code took too much. {sentence}")
    line = _line_of(error, code)
    return CodeFailed(f"The code failed in line {line}. {sentence}" if line else sentence)


def _line_of(error: "MontyError", code: str) -> int | None:
    """Return the line of the people's code that failed; none of ours."""
    frames = error.traceback() if hasattr(error, "traceback") else []
    lines = [frame.line for frame in frames if frame.filename == "<python-input-0>"]
    return min(lines[-1], code.count("\n") + 1) if code and lines else None


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}…"
