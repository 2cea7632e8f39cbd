"""What is not told: secrets in logs, errors, records and reports give way to a mark.

Three lines, each behind the other: a *name* that says that its value is a secret; a *value* that
somebody remembered here because it is one (`remember`: the settings' secrets, credentials in use);
a *pattern* that only secrets have. The first two are exact, the third one is for what nobody knew.

Nothing here runs when a node succeeds: what is redacted is what is logged, reported or refused.
"""

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

MARK = "[redacted]"
SHORTEST = 6  # characters; what is shorter is a part of too many words
MOST_REMEMBERED = 10_000
DEEPEST = 30
LEAST_IN_ENVIRONMENT = 8  # characters of a variable's value: `true` and `5432` are no secrets

SECRET_WORDS = (
    "credentials",
    "api_key",
    "apikey",
    "api-key",
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "authorization",
    "cookie",
    "private_key",
)

NAMES = r"(?:api[_-]?key|(?:access|refresh|id|csrf|auth)?[_-]?token|password|passwd|client[_-]?secret|secret|ticket)"

PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    # Our own keys. The prefix is public: it names the key.
    (re.compile(r"\b(trls_[0-9A-Za-z]{8}_)[0-9A-Za-z_-]{43}"), rf"\1{MARK}"),
    (re.compile(r"\b(trsh_)[0-9A-Za-z_-]{43}"), rf"\1{MARK}"),  # our links to runs
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), MARK),  # a JWT
    (
        re.compile(r"(?i)(authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?:\w{1,20}\s)?[^\s\"',;]+"),
        rf"\1{MARK}",
    ),
    (re.compile(r"(?i)\b(bearer\s)[\w.~+/=-]{16,}"), rf"\1{MARK}"),
    (re.compile(r"(://[^/\s:@\"']{0,200}:)[^/\s@\"']{1,500}@"), rf"\1{MARK}@"),  # of a URL
    (re.compile(rf"(?i)([?&;\s\"'(]{NAMES}=)[^\s&;\"')]+"), rf"\1{MARK}"),
    (re.compile(rf"(?i)([\"']{NAMES}[\"']\s{{0,3}}:\s{{0,3}}[\"'])[^\"']+"), rf"\1{MARK}"),
    (re.compile(r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{20,}"), MARK),  # of providers of models, payments
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}"), MARK),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"), MARK),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}"), MARK),
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*"
            r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
        ),
        MARK,
    ),
)


def is_secret(name: str, value: Any) -> bool:
    """Return whether the name says that the value is a secret.

    Flags, and numbers that only count tokens, are no secrets whatever their names.
    """
    words = {word for word in SECRET_WORDS if word in name.lower()}
    if value is None or isinstance(value, bool):
        return False
    return bool(words) and not (words == {"token"} and isinstance(value, int | float))


def remember(*values: str) -> None:
    """Never tell these values from now on, in this process. The oldest of very many are forgotten."""
    _known.add(values)


def remember_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Remember the environment's secrets: variables that are named so, and passwords in URLs."""
    for name, value in environment.items():
        if name.endswith("_FILE") or len(value) < LEAST_IN_ENVIRONMENT:
            continue
        if is_secret(name, value):
            remember(value)
        elif password := password_in(value):
            remember(password)


def password_in(url: str) -> str | None:
    """Return the password in a URL; None where there is none, or it is no URL."""
    try:
        return urlsplit(url).password if "://" in url else None
    except ValueError:
        return None


def text(value: str) -> str:
    """Return the text with what is known to be secret, or looks so, replaced by the mark."""
    for pattern in (_known.pattern, _here.pattern):
        if pattern is not None:
            value = pattern.sub(MARK, value)
    for pattern, instead in PATTERNS:
        value = pattern.sub(instead, value)
    return value


def tree(value: Any, depth: int = 0) -> Any:
    """Return a value as it may be told: by name, and each text in it by `text`.

    What is neither JSON nor a container becomes the text that stands for it.
    """
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > DEEPEST:
        return MARK
    if isinstance(value, Mapping):
        return {
            text(str(key)): MARK if is_secret(str(key), one) else tree(one, depth + 1)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [tree(one, depth + 1) for one in value]
    return text(str(value))


@contextmanager
def secrets(values: Iterable[str]) -> Iterator[None]:
    """Do not tell these values either, in this thread, for the length of a ``with`` block."""
    before = _here.pattern
    _here.pattern = _any_of(values)
    try:
        yield
    finally:
        _here.pattern = before


class _Here(threading.local):
    pattern: re.Pattern[str] | None = None


class _Known:
    """The values that were remembered, and one expression that finds any of them."""

    def __init__(self) -> None:
        self.pattern: re.Pattern[str] | None = None
        self._values: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, values: Iterable[str]) -> None:
        with self._lock:
            for value in values:
                self._values[value] = None
                self._values.move_to_end(value)
            while len(self._values) > MOST_REMEMBERED:
                self._values.popitem(last=False)
            self.pattern = _any_of(self._values)


def _any_of(values: Iterable[str]) -> re.Pattern[str] | None:
    """Return an expression for the values, also as they stand in JSON and in URLs."""
    forms = {
        form
        for value in values
        if len(value) >= SHORTEST
        for form in (value, json.dumps(value)[1:-1], quote(value, safe=""))
    }
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if forms else None


_known = _Known()
_here = _Here()
