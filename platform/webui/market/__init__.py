"""What pages of the market show of listings: cards, drawings, stars."""

from webui.market.cards import agents, covers, creator_cards, drawing, stars

__all__ = ["agents", "covers", "creator_cards", "drawing", "stars"]
