"""What an instance that strangers can reach must not be: ``TRELLIS_ENV=production`` refuses to start so.

Every process asks when it reads its settings, so none of them serves, runs or beats with a
setting that is only right on a developer's machine. All that is wrong is said at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.env import ConfigurationError

SHORTEST_KEY = 50  # characters; Django's own checks ask for as many
FEWEST_LETTERS = 10  # different ones: a word again and again is as good as a short one
# Words of which keys in examples, tutorials and templates are made.
WELL_KNOWN = ("insecure", "change-me", "changeme", "change_me", "secret-key", "example", "password")
OWN_MACHINE = {"localhost", "127.0.0.1", "[::1]", "0.0.0.0"}  # noqa: S104 - nothing listens here


def refuse_unless_safe(settings: Mapping[str, Any]) -> None:
    """Raise ConfigurationError where these settings are not fit for strangers."""
    found = list(problems(settings))
    if found:
        listed = "".join(f"\n  - {one}" for one in found)
        raise ConfigurationError(
            f"TRELLIS_ENV=production, and this instance is not fit for it:{listed}\n"
            "docs/operations.md has a section on production."
        )


def problems(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong, with what to set instead."""
    if settings["DEBUG"]:
        yield "DEBUG is on: visitors would read source code and settings. Set DEBUG=false."
    yield from _of_the_key("SECRET_KEY", settings["SECRET_KEY"])
    yield from _of_the_key("CREDENTIALS_KEY", settings["CREDENTIALS_KEYS"][0])
    if settings["SECRET_KEY"] in settings["CREDENTIALS_KEYS"]:
        yield "CREDENTIALS_KEY is the same as SECRET_KEY: each needs a key of its own."
    yield from _of_the_hosts(settings["ALLOWED_HOSTS"])
    for origin in settings["CSRF_TRUSTED_ORIGINS"]:
        if "*" in origin or not origin.startswith("https://"):
            yield (
                f"CSRF_TRUSTED_ORIGINS has {origin!r}. Write each origin out, with https://, "
                "such as https://trellis.example.org."
            )
    if "*" in settings["TRUSTED_PROXIES"]:
        yield (
            "TRUSTED_PROXIES is `*`: any visitor could claim any address and https. "
            "Name the addresses of your proxies."
        )
    if not (settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]):
        yield "SECURE_COOKIES is off: cookies would go over plain HTTP. Set SECURE_COOKIES=true."
    if not settings["RATES"]:
        yield "RATE_LIMITS is off: passwords could be guessed without end. Set RATE_LIMITS=on."


def _of_the_key(name: str, key: str) -> Iterator[str]:
    remedy = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS:
        yield f"{name} can be guessed: it is short or monotonous. {remedy}"
    elif any(word in key.lower() for word in WELL_KNOWN):
        yield f"{name} looks like one from an example. {remedy}"


def _of_the_hosts(hosts: Sequence[str]) -> Iterator[str]:
    remedy = "Set it to the names under which people reach this instance."
    if any("*" in host for host in hosts):
        yield f"ALLOWED_HOSTS has a wildcard. {remedy}"
    elif not set(hosts) - OWN_MACHINE:
        yield f"ALLOWED_HOSTS names this machine only. {remedy}"
