"""The market: what is remembered of its visitors."""

from config import env

MARKET_SEARCH_DAYS = env.integer("MARKET_SEARCH_DAYS", 90, least=1)
