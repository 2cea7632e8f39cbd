"""What this app holds of people: what they were told."""

from accounts.holdings import Holding, only, register
from notifications.models import Notification

register(
    Holding(
        Notification,
        owner="owner",
        shape=only("id", "kind", "title", "text", "link", "count", "created", "updated", "read_at"),
    ),
)
