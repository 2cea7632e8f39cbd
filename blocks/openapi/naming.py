"""Names of pins, made of the names that an API has: each once, and none that means something else."""

import re

from blocks.openapi.operation import CREDENTIALS, SERVER

ODD = re.compile(r"[^A-Za-z0-9_.\[\]-]+")
DYNAMIC = re.compile(r"_[$#@^~]_")
LONGEST = 90
RESERVED = {SERVER, "error"}


class Names:
    """The names of one operation's pins."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def take(self, name: str, place: str) -> str:
        """Return the pin's name for a parameter: its own, if that can be."""
        plain = ODD.sub("_", DYNAMIC.sub("_", name))[:LONGEST].lstrip("_.-[]") or place
        if plain == CREDENTIALS or plain.endswith(f"_{CREDENTIALS}"):
            plain = f"{plain}_value"
        pin, number = plain, 1
        while pin in self._taken:
            pin = f"{place}_{plain}" if number == 1 else f"{place}_{plain}_{number}"
            number += 1
        self._taken.add(pin)
        return pin
