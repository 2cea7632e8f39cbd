"""What this app holds of people: what they keep to run agents with."""

from accounts.holdings import Holding, all_but, register
from agents.presets.models import Preset

register(Holding(Preset, owner="owner", shape=all_but()))
