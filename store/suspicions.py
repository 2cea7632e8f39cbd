"""What in a text makes a moderator look twice. Plain Python; each returns what it saw, in words.

Nothing here repeats what it found: a secret that is quoted in a finding is in one more place.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from telemetry.redaction import MARK, PATTERNS, is_secret

SHORTEST_KEY = 24
LONGEST_KEY = 512
LEAST_BITS = (
    3.6  # of entropy per character: words have about 3, keys of letters and digits 4 and more
)
WORD = re.compile(rf"[A-Za-z0-9_+/=~.-]{{{SHORTEST_KEY},{LONGEST_KEY}}}")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
TEMPLATE = re.compile(r"\{\{[^{}]{0,200}\}\}|\{%[^{}%]{0,200}%\}")
LONGEST_TEXT = 200_000  # what is longer is data, and looked at from its beginning

# Not in the redaction's list: these cost nothing to look for here, where nobody waits.
MORE_SECRETS = (
    re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),  # SendGrid
    re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),  # GitLab
    re.compile(r"\bnpm_[A-Za-z0-9]{36}"),
    re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}"),
    re.compile(r"\bhf_[A-Za-z0-9]{30,}"),  # Hugging Face
    re.compile(r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,}"),
    re.compile(r"https://discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}"),
)
PLACEHOLDERS = re.compile(
    r"(?i)^(?:x+|\*+|\.+|-+|<.*>|\{.*\}|your[ _-].*|changeme|example.*|secret|password|token)?$"
)

ORDERS = re.compile(
    r"""(?ix)
    \b(?:ignore|disregard|forget|override|bypass)\b .{0,40}?
      \b(?:previous|prior|above|earlier|preceding|all|any|your|system|other)\b .{0,30}?
      \b(?:instruction|prompt|rule|direction|guideline|message|order|polic)
    | \bdo\ not\ (?:tell|inform|mention\ (?:this|it)\ to|reveal\ (?:this|it)\ to)\b .{0,30}? \b(?:user|human|person|anyone|moderator|reviewer)
    | \bwithout\ (?:telling|informing|the\ knowledge\ of)\b .{0,20}? \b(?:user|human|person|them|anyone)
    | \byou\ are\ now\b .{0,40}? \b(?:dan|unrestricted|jailbroken|developer\ mode)
    | \b(?:reviewer|moderator|reviewing\ model|assistant\ reviewing)s?\b .{0,40}? \b(?:must|should|please)\ (?:approve|accept|pass)
    """,
)
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
JOINERS = frozenset("\u200c\u200d")  # emoji and several scripts need them
TAGS = range(0xE0000, 0xE0080)
SELECTORS = range(0xE0100, 0xE01F0)
BLACK_FLAG = "\U0001f3f4"  # flags of regions are written with tags


def secrets(name: str, text: str) -> Iterator[str]:
    """Yield what in a text looks like a secret; ``name`` is what the text is called."""
    text = text[:LONGEST_TEXT]
    plain = TEMPLATE.sub(" ", text)
    if is_secret(name, text) and not PLACEHOLDERS.match(plain.strip()):
        yield f"It is named {name[:40]!r}, and is not empty."
    elif any(
        pattern.sub(instead, plain).count(MARK) > plain.count(MARK) for pattern, instead in PATTERNS
    ) or any(pattern.search(plain) for pattern in MORE_SECRETS):
        yield "It has the form of a key, a token or a password."
    elif any(_is_random(word) for word in WORD.findall(plain)):
        yield "A part of it looks as if it were made by chance, as keys are."


def hidden(text: str) -> Iterator[str]:
    """Yield which signs in a text nobody sees, or which show it in another order than it is read."""
    text = text[:LONGEST_TEXT]
    if any(sign in BIDI for sign in text):
        yield "It has signs that show it in another order than it is read."
    unseen = [sign for sign in text if sign in INVISIBLE or ord(sign) in SELECTORS]
    if unseen:
        yield f"It has {len(unseen)} signs that nobody sees ({_names(unseen)})."
    if any(ord(sign) in TAGS for sign in text) and BLACK_FLAG not in text:
        yield "It has letters that nobody sees (tags), which models read."
    if sum(sign in JOINERS for sign in text) > max(8, len(text) // 4):
        yield "It has very many signs that join others, and that nobody sees."


def orders(text: str) -> Iterator[str]:
    """Yield whether a text gives a model orders against others, or against the people it works for."""
    if ORDERS.search(unicodedata.normalize("NFKC", text[:LONGEST_TEXT])):
        yield "It tells a model to ignore its instructions, to hide something, or to approve of this."


def _is_random(word: str) -> bool:
    if UUID.match(word) or not _is_mixed(word):
        return False
    counts = Counter(word)
    bits = -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
    return bits >= LEAST_BITS


def _is_mixed(word: str) -> bool:
    """Return whether letters and digits alternate as they do in no word, path or version."""
    kinds = [("d" if sign.isdigit() else "l" if sign.isalpha() else "") for sign in word]
    changes = sum(one != other and "" not in (one, other) for one, other in pairwise(kinds))
    has_cases = word.upper() != word and word.lower() != word
    is_hexadecimal = re.fullmatch(r"[0-9a-fA-F]+", word) is not None
    return changes >= 5 and (has_cases or is_hexadecimal or changes >= len(word) // 4)


def _names(signs: list[str]) -> str:
    return ", ".join(sorted({f"U+{ord(sign):04X}" for sign in signs})[:5])
