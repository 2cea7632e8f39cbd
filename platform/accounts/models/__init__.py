"""Who uses an instance, and what belongs to them."""

from accounts.models.export import Export
from accounts.models.identity import ExternalIdentity
from accounts.models.preferences import NotificationPreferences
from accounts.models.profile import Avatar, Profile
from accounts.models.user import User

__all__ = ["Avatar", "Export", "ExternalIdentity", "NotificationPreferences", "Profile", "User"]
