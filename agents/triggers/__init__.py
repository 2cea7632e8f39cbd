"""Triggers: what begins runs when something happens: calls of other sites, feeds, mail, other agents."""
