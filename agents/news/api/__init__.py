"""REST for webhooks."""
