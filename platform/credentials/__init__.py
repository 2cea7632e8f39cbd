"""Secrets of other services that blocks may use."""
