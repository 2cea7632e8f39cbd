"""The keys that seal people's credentials, and who this instance is to providers."""

import json
from pathlib import Path
from typing import TypedDict

from config import env
from launcher.secrets import persistent_secret
from telemetry import redaction


class OAuthClient(TypedDict):
    """What a provider gave whoever registered this instance there."""

    client_id: str
    client_secret: str


def credentials_keys(path: Path) -> list[str]:
    """Return the keys: the first one seals, all of them open.

    Unset, the instance makes one and keeps it in its data directory. That one goes on to open what
    it sealed when another key is set later.
    """
    chosen = env.secret("CREDENTIALS_KEY")
    former = [key for key in env.secret("CREDENTIALS_KEY_FALLBACKS").split(",") if key]
    if not chosen:
        found = [persistent_secret(path), *former]
    else:
        own = [path.read_text().strip()] if path.is_file() else []
        found = [chosen, *former, *own]
    redaction.remember(*found)
    return list(dict.fromkeys(found))


def oauth_clients() -> dict[str, OAuthClient]:
    """Return who this instance is to each provider at which people connect accounts."""
    text = env.secret("OAUTH_CLIENTS")
    if not text:
        return {}
    try:
        given = json.loads(text)
        found = {
            str(name): OAuthClient(
                client_id=_text(one["client_id"]), client_secret=_text(one["client_secret"])
            )
            for name, one in given.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        raise env.ConfigurationError(
            "OAUTH_CLIENTS cannot be read. Use JSON such as "
            '{"github": {"client_id": "…", "client_secret": "…"}}.'
        ) from None
    for one in found.values():
        redaction.remember(one["client_secret"])
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value
