"""The API of API keys."""
