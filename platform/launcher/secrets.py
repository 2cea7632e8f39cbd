"""Secrets that an instance makes for itself and keeps in its data directory."""

import os
import secrets
from pathlib import Path


def persistent_secret(path: Path) -> str:
    """Return the secret kept at ``path``; the first caller makes it, readable by the owner only.

    Two processes that start together agree: the file appears whole, by a hard link, once.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
