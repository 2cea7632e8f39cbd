"""What people say of themselves, and what they may change of it."""

from collections.abc import Sequence
from typing import TypedDict

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Avatar, Profile, User
from accounts.usernames import check
from kernel.errors import Conflict


class UsernameTaken(Conflict):
    """Somebody has this username, perhaps in another case. Choose another one."""

    code = "username_taken"


class Changes(TypedDict, total=False):
    """What of a profile may change."""

    name: str
    username: str
    description: str
    links: Sequence[str]
    time_zone: str


def profile_of(user: User) -> Profile:
    """Return what the person wrote; an empty profile of somebody who wrote nothing yet."""
    return Profile.objects.filter(user=user).first() or Profile(user=user)


def avatar_of(user: User) -> Avatar | None:
    """Return the person's picture without its content, which pages do not need."""
    return Avatar.objects.filter(user=user).defer("content").first()


def change(user: User, changes: Changes) -> None:
    """Change what is named. Raises ValidationError or UsernameTaken; then nothing changed.

    The name is one, however people are called: it is kept in `first_name`.
    """
    row = Profile(user=user)
    wanted = {name: value for name, value in changes.items() if name in {"description", "links"}}
    for name, value in wanted.items():
        setattr(row, name, value)
    row.clean_fields(exclude=["user"])
    try:
        with transaction.atomic():
            _change_user(user, changes)
            if wanted:
                Profile.objects.update_or_create(user=user, defaults=wanted)
    except IntegrityError:
        raise UsernameTaken from None


def _change_user(user: User, changes: Changes) -> None:
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if "username" in changes and changes["username"] != fresh.username:
        check(changes["username"], least=settings.ACCOUNT_USERNAME_MIN_LENGTH)
        fresh.username = changes["username"]
    if "name" in changes:
        fresh.first_name, fresh.last_name = changes["name"], ""
    if "time_zone" in changes:
        fresh.time_zone = changes["time_zone"]
    fields = ["username", "first_name", "last_name", "time_zone"]
    fresh.clean_fields(exclude=[one.name for one in User._meta.fields if one.name not in fields])
    taken = User.objects.filter(username__iexact=fresh.username).exclude(pk=fresh.pk)
    if taken.exists():
        raise UsernameTaken
    fresh.save(update_fields=fields)
    for name in fields:
        setattr(user, name, getattr(fresh, name))
