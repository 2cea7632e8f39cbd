"""REST for knowledge."""
