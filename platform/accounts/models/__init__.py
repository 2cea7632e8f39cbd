"""Who uses an instance, and what belongs to them."""

from accounts.models.identity import ExternalIdentity
from accounts.models.user import User

__all__ = ["ExternalIdentity", "User"]
