"""Addresses in mails that stop mails, for whoever has the mail: nobody has to sign in for it."""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from accounts import notifications
from accounts.models import User
from accounts.notifications import NotificationType
from kernel.errors import NotFound

SALT = "notifications.unsubscribe"


class LinkNotGood(NotFound):
    """This address stops no mails. Take it whole from the mail, or choose your mails in your account."""

    code = "unsubscribe_link_not_good"


@dataclass(frozen=True)
class Subscription:
    """The mails that an address stops: a person's, of these kinds."""

    user: User
    kinds: tuple[NotificationType, ...]


def path_for(user: User, kinds: set[NotificationType]) -> str:
    """Return the path that stops the person's mails of these kinds."""
    text = signing.dumps([user.pk, sorted(kinds)], salt=SALT, compress=True)
    return reverse("webui:unsubscribe", args=[text])


def read(text: str) -> Subscription:
    """Return what the address stops. Raises LinkNotGood where it was not made by `path_for`."""
    try:
        pk, kinds = signing.loads(text, salt=SALT)
        found = tuple(NotificationType(kind) for kind in kinds)
    except (signing.BadSignature, ValueError):
        raise LinkNotGood from None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        raise LinkNotGood
    return Subscription(user, found)


def stop(subscription: Subscription) -> None:
    """Stop the mails. Twice is the same."""
    notifications.change(subscription.user, kinds=dict.fromkeys(subscription.kinds, False))
