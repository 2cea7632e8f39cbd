"""The market on a real database."""
