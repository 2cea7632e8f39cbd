"""What this app holds of people."""

from accounts.holdings import Holding, all_but, register
from quotas.models import OwnQuota, OwnRate, Usage

SET_BY_STAFF = "how much the staff let a person or a key do"

register(
    Holding(OwnRate, owner="user", why_not=SET_BY_STAFF),
    Holding(OwnRate, owner="api_key__user", why_not=SET_BY_STAFF),
    Holding(OwnQuota, owner="user", why_not=SET_BY_STAFF),
    Holding(Usage, owner="user", shape=all_but()),
)
