"""What this app holds of people."""

from accounts.holdings import Holding, only, register
from credentials.models import Credential, OAuthState

register(
    Holding(
        Credential,
        owner="owner",
        # Named one by one: a secret must never be among them, sealed or not.
        shape=only(
            *("id", "provider", "kind", "title", "username", "host", "base_url", "scopes"),
            *("expires_at", "created", "updated", "last_used_at"),
        ),
    ),
    Holding(OAuthState, owner="owner", why_not="a connection that is just being made"),
)
