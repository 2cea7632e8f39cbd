"""Which known word somebody may have meant.

Two words are near where they are the same after each has lost a letter, or none: so a letter that is
missing, too many, wrong, or changed places with its neighbour. Comparing what is left of words by an index
takes no extension of PostgreSQL (pg_trgm is not there everywhere).
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

SHORTEST, LONGEST = 3, 40
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text that are worth knowing, in small letters, each once."""
    found = (one.casefold() for one in WORD.findall(text))
    return list(
        dict.fromkeys(one for one in found if SHORTEST <= len(one) <= LONGEST and not one.isdigit())
    )


def variants(word: str) -> list[str]:
    """Return the word, and what is left of it without each of its letters."""
    return sorted({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words, those that are spelled most alike first; without the word itself."""
    matcher = SequenceMatcher(b=word, autojunk=False)

    def likeness(other: str) -> float:
        matcher.set_seq1(other)
        return matcher.ratio()

    others = [one for one in known if one != word]
    return sorted(others, key=lambda one: (-likeness(one), one))
