"""What this app holds of people: where they are called, and what was sent there."""

from accounts.holdings import Holding, all_but, goes_with_others, register
from agents.news.models import Delivery, Endpoint, Summary

register(
    Holding(Endpoint, owner="owner", shape=all_but("sealed", "key_id")),
    Holding(Summary, owner="owner", why_not="how far summaries of the runs are"),
    Holding(Delivery, owner="endpoint__owner", shape=all_but(), erase=goes_with_others),
)
