"""Change the e-mail address by request of the API, as allauth's page does it."""

from allauth.account import signals
from allauth.account.forms import AddEmailForm
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User


def change(request: HttpRequest, user: User, address: str) -> None:
    """Send a link to the new address, which counts once the link was followed.

    Raises ValidationError. Whether somebody else has the address is not told.
    """
    form = AddEmailForm(data={"email": address}, user=user)
    if not form.is_valid():
        raise ValidationError({"email": form.errors.as_data()["email"]})
    added = form.save(request)
    signals.email_added.send(sender=EmailAddress, request=request, user=user, email_address=added)


def waiting_of(user: User) -> str | None:
    """Return the address that waits to be verified, None where there is none."""
    waiting = EmailAddress.objects.get_new(user)
    return waiting.email if waiting else None
