"""What people say of themselves to others."""

from uuid import uuid4

from django.db import models
from django.utils.timezone import now

from accounts.links import validate_links
from accounts.models.user import User

LONGEST_DESCRIPTION = 1000


class Profile(models.Model):
    """What somebody wrote. The name and the username are in `User`; no row means nothing yet."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    description = models.TextField(max_length=LONGEST_DESCRIPTION, blank=True)
    links = models.JSONField(default=list, blank=True, validators=[validate_links])

    def __str__(self) -> str:
        return f"Profile of {self.user_id}"


class Avatar(models.Model):
    """Somebody's picture, as `avatars` has written it anew. Each one has an address of its own.

    It is small and goes with its person, so it is a row and no file.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="avatar")
    content = models.BinaryField()
    created = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return f"Avatar of {self.user_id}"
