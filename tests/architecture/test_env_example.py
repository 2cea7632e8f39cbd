"""`.env.example` names every variable that is read, and no other."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LISTED = set(re.findall(r"^([A-Z_]+)=", Path(ROOT, ".env.example").read_text(), re.MULTILINE))
READERS = "text|flag|integer|words|networks|secret|secret_pairs|choice"
IN_SETTINGS = re.compile(rf"env\.(?:{READERS})\(\s*\"([A-Z_]+)\"")
IN_LAUNCHER = re.compile(r"environ(?:ment)?\.get\(\"([A-Z_]+)\"\)")
IN_COMPOSE = re.compile(r"\$\{([A-Z_]+)")
# Not ours: a convention of terminals.
CONVENTIONS = {"NO_COLOR"}


def read() -> set[str]:
    """Return the variables that settings, the launcher and docker compose ask for."""
    found: set[str] = set()
    for path in ROOT.glob("config/**/*.py"):
        found |= set(IN_SETTINGS.findall(path.read_text()))
    for path in ROOT.glob("platform/launcher/**/*.py"):
        found |= set(IN_LAUNCHER.findall(path.read_text()))
    return found | set(IN_COMPOSE.findall(Path(ROOT, "docker-compose.yml").read_text()))


def test_every_variable_that_is_read_is_listed() -> None:
    assert read() - CONVENTIONS - LISTED == set()


def test_every_variable_that_is_listed_is_read() -> None:
    assert LISTED - read() == set()
