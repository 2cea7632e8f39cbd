"""What this app holds of people."""

from accounts.holdings import Holding, only, register
from apikeys.models import ApiKey

register(
    Holding(
        ApiKey,
        owner="user",
        # Named one by one: what a key is checked by must never be among them.
        shape=only(
            *("id", "name", "description", "head", "tail", "scopes", "status", "expires_at"),
            *("created", "last_used_at", "revoked_at"),
        ),
    ),
)
