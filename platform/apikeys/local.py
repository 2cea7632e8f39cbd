"""The command line's own key, kept in a file that only its owner can read."""

import os
import tempfile
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.services import ensure_first_user
from apikeys.models import ApiKey
from apikeys.services import issue

# Not the name of a person's keys: that `trellis run` makes a new one must not end their scripts.
LOCAL = "local"


def local_key(path: Path) -> str:
    """Return the first user's key that is kept at ``path``; a new one if that no longer works.

    Processes that ask at the same time get the same key. The file can be read by its owner only.
    In an empty instance this makes the first user too, whose password is then lost: call
    ``ensure_first_user`` before, and show it.
    """
    with transaction.atomic():
        user, _ = ensure_first_user()
        # The row's lock makes the second process wait, and then find the first one's key.
        User.objects.select_for_update().get(pk=user.pk)
        kept = _read(path)
        if ApiKey.objects.find(kept):
            return kept
        key = issue(user, name=LOCAL)
        _keep(path, key)
        return key


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _keep(path: Path, key: str) -> None:
    """Write the file whole or not at all, with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{key}\n")
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
