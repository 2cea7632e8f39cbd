"""The signed-in side of the catalogue: who publishes agents, and who decides about them."""
