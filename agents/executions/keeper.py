"""Keeps a program for as long as somebody wants it, and no longer. Run as a script of its own.

    python -I keeper.py MOST_BYTES COMMAND ARGUMENT…

It hands input and output on. The program ends, with all that it started (one process group), when it
does, when its input ends, when more comes out than may, when this script is told to end, and when
whoever started it is gone, of whatever cause. Nothing of Trellis is imported here.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any, NoReturn

PIECE = 65_536
MOST_COMPLAINTS = 64 * 1024  # bytes of what the program writes to its standard error
GRACE = 1.0  # seconds to end by itself once its input has ended
LOOK_SECONDS = 0.5
CANNOT_START = 127


def main() -> NoReturn:
    """Run the program until one of the things happens that end it."""
    starter = os.getppid()
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)  # what ends is this group, never that of whoever started this
    signal.signal(signal.SIGTERM, lambda *_: end())
    most, command = int(sys.argv[1]), sys.argv[2:]
    try:
        program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(CANNOT_START)
    assert program.stdin and program.stdout and program.stderr  # noqa: PT018 - they are pipes
    _beside(watch, starter)
    _beside(feed, program.stdin)
    complaining = _beside(complain, program.stderr)
    telling = _beside(tell, program.stdout, most)
    program.wait()
    for last_words in (telling, complaining):
        last_words.join(GRACE)  # a child of the program may hold them open
    end()


def end() -> NoReturn:
    """End this group: the program, what it started, and this script."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    raise AssertionError("nobody is left to come here")


def watch(starter: int) -> None:
    """End when whoever started this is gone."""
    while os.getppid() == starter:
        time.sleep(LOOK_SECONDS)
    end()


def feed(sink: IO[bytes]) -> None:
    """Hand the input on; when it ends, the program has a moment to do so too."""
    try:
        with sink:
            for piece in _pieces(0):
                sink.write(piece)
                sink.flush()
    except BrokenPipeError:
        return  # the program reads no more, and may still have something to say
    time.sleep(GRACE)
    end()


def tell(source: IO[bytes], most: int) -> None:
    """Hand on what the program says, up to so many bytes."""
    said = 0
    for piece in _pieces(source.fileno()):
        said += len(piece)
        if said > most:
            _write(2, f"\nThe program said more than {most} bytes.\n".encode())
            end()
        _write(1, piece)


def complain(source: IO[bytes]) -> None:
    """Hand on the first of what the program complains about, and read the rest of it, too."""
    left = MOST_COMPLAINTS
    for piece in _pieces(source.fileno()):
        _write(2, piece[:left])
        left -= len(piece[:left])


def _beside(work: Callable[..., None], *given: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=given, daemon=True)
    thread.start()
    return thread


def _pieces(file: int) -> Iterator[bytes]:
    while piece := os.read(file, PIECE):
        yield piece


def _write(file: int, piece: bytes) -> None:
    while piece:
        try:
            piece = piece[os.write(file, piece) :]
        except BrokenPipeError:
            end()


if __name__ == "__main__":
    main()
