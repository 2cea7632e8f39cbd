"""What addresses and forms name, read with patience: anybody may write anything there."""

from uuid import UUID


def uuid_of(text: str) -> UUID | None:
    """Return the id that the text is, None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
