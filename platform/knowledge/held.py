"""What this app holds of people: the texts that their agents keep."""

from accounts.holdings import Holding, all_but, register
from knowledge.models import Collection, Passage

register(
    Holding(Collection, owner="owner", shape=all_but()),
    Holding(Passage, owner="owner", shape=all_but("vector")),  # a model makes it of the text
)
