"""Machine access: API keys and tokens, for REST and WebSockets alike."""
