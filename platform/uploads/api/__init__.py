"""REST for files."""
