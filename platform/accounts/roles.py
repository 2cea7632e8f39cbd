"""What people may be beside users of the instance."""

from typing import Any

MODERATORS = "Moderators"  # the group; a migration makes it


def is_staff(user: Any) -> bool:
    """Return whether the user may see the staff screens."""
    return bool(user.is_active and user.is_staff)


def is_moderator(user: Any) -> bool:
    """Return whether the user decides what others publish."""
    return bool(user.is_active and user.groups.filter(name=MODERATORS).exists())
