"""The store's half of the API."""
