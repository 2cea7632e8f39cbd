"""What can be done with accounts."""

from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.utils.crypto import get_random_string
from django.utils.timezone import now

from accounts.models import User
from audit import trail
from audit.actions import Action
from kernel.errors import Conflict

# Any number will do, as long as nobody else locks it.
FIRST_USER_LOCK = 0x7472_6C73_0001
# No letters that look alike: people type this password from a terminal.
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH = 20


class NoActiveUser(Conflict):
    """Every user is inactive. Make one with `manage.py createsuperuser`."""

    code = "no_active_user"


def ensure_first_user() -> tuple[User, str | None]:
    """Return the instance's first user, and the password if the user was made just now.

    The first user is the first active superuser, or where there is none the first active user.
    In an empty instance it is made: `admin`, with a generated password that nobody can read
    again. Processes that ask at the same time get the same user. Raises NoActiveUser.
    """
    with transaction.atomic():
        _wait_for_others()
        if user := first_user():
            return user, None
        if User.objects.exists():
            raise NoActiveUser
        password = get_random_string(PASSWORD_LENGTH, LETTERS)
        return User.objects.create_superuser("admin", password=password), password


@transaction.atomic
def sign_out_everywhere(user: User) -> None:
    """End the person's sessions and tokens. What is signed from now on is good."""
    user.signed_out_at = now()
    user.save(update_fields=["signed_out_at"])
    UserSession.objects.filter(user=user).delete()
    trail.record(Action.SIGNED_OUT_EVERYWHERE, owner=user.pk, thing=user)


def first_user() -> User | None:
    """Return the first active superuser, else the first active user, else None."""
    return User.objects.filter(is_active=True).order_by("-is_superuser", "pk").first()


def _wait_for_others() -> None:
    """Hold PostgreSQL's advisory lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_USER_LOCK])
