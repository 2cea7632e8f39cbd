"""Providers: one small module each, found by being here."""
