"""People's libraries: their own agents, and those that they collected from the store."""
