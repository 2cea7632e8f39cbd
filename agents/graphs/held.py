"""What this app holds of people: agents, all their versions, and what was not published yet."""

from accounts.holdings import Holding, all_but, only, register
from agents.graphs.models import Agent, CreationKey, Draft, GraphVersion

register(
    Holding(Agent, owner="owner", shape=all_but()),
    Holding(GraphVersion, owner="agent__owner", shape=all_but()),
    Holding(CreationKey, owner="owner", shape=only("key", "version_id", "created")),
    Holding(Draft, owner="agent__owner", shape=all_but()),
)
