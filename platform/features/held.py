"""What this app holds of people."""

from waffle.models import Flag

from accounts.holdings import Holding, register

register(
    Holding(
        Flag.users.through, owner="user", why_not="features that the staff show to some people"
    ),
)
