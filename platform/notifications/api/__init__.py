"""REST for notifications."""
