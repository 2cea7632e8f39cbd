"""How a value names a file that somebody sent in: ``workspace://<id>/<name>``.

The id alone says which file it is. The name is there for people, and for blocks that look at a
file's ending.
"""

import re
from urllib.parse import quote
from uuid import UUID

HEAD = "workspace://"
REFERENCE = re.compile(rf"{HEAD}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})(?:[/?#].*)?")


def reference_to(pk: UUID, name: str) -> str:
    """Return the reference to a file."""
    return f"{HEAD}{pk}/{quote(name, safe='')}"


def id_in(reference: str) -> UUID | None:
    """Return which file the text names; None where it is no such reference."""
    found = REFERENCE.fullmatch(reference)
    return UUID(found[1]) if found else None
