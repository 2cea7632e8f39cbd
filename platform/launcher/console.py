"""What ``trellis`` tells the person at the terminal while it works: on stderr, line by line."""

import os
import sys
import time

COLOURS = {"web": 36, "worker-io": 32, "worker-cpu": 33, "worker-ticks": 34, "beat": 35}
PLAIN, BOLD, RED, GREY = 0, 1, 31, 90
WIDTH = 12


class Console:
    """Lines with a coloured prefix, where the terminal has colours and NO_COLOR is not set."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")

    def paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.coloured and colour else text

    def say(self, name: str, text: str, colour: int = PLAIN) -> None:
        """Tell one thing about one part."""
        prefix = self.paint(name.ljust(WIDTH), colour or COLOURS.get(name, BOLD))
        print(f"{prefix} {text}", file=sys.stderr, flush=True)  # noqa: T201

    def warn(self, name: str, text: str) -> None:
        self.say(name, text, RED)

    def quote(self, name: str, lines: list[str]) -> None:
        """Show lines of a process's log."""
        for line in lines:
            self.say(name, self.paint(line, GREY), COLOURS.get(name, GREY))

    @property
    def seconds(self) -> str:
        """The time since the start, as a person reads it."""
        return f"{time.monotonic() - self.started:.1f} s"
