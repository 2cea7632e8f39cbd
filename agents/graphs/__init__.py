"""Saved graphs: agents and their versions, read from and written to the exchange format."""
