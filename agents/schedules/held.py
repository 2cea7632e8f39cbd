"""What this app holds of people: when their agents start, and when they did."""

from accounts.holdings import Holding, all_but, goes_with_others, register
from agents.schedules.models import Fire, Schedule

register(
    Holding(Schedule, owner="owner", shape=all_but()),
    Holding(Fire, owner="schedule__owner", shape=all_but("taken_until"), erase=goes_with_others),
)
