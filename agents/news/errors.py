"""Why a webhook cannot be made or changed."""

from kernel.errors import Conflict, TrellisError


class UrlNotUsable(TrellisError):
    """The webhook's address cannot be called."""

    code = "webhook_url_not_usable"


class TooManyEndpoints(Conflict):
    """You have as many webhooks as one may have. Delete one that you do not need."""

    code = "too_many_webhooks"


class NothingToTell(TrellisError):
    """A webhook without events would never be called. Choose at least one."""

    code = "webhook_without_events"
