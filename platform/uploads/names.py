"""Names of files, made harmless: they are shown, and given to a disk by those who download."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 120
LONGEST_ENDING = 16
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')  # in names on some system or other
NAMELESS = "file"


def clean(name: str) -> str:
    """Return the name without folders, and without signs that hide or that a system forbids.

    What is too long loses its middle, not its ending.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign if _is_seen(sign) else " " for sign in FORBIDDEN.sub("_", last))
    words = " ".join(seen.split()).lstrip(". ").rstrip(". ")
    ending = PurePosixPath(words).suffix[:LONGEST_ENDING]
    stem = words.removesuffix(ending) if ending else words
    return (stem[: LONGEST - len(ending)] + ending) or NAMELESS


def _is_seen(sign: str) -> bool:
    """Return whether the sign is no control, no change of direction and no half of a pair."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
