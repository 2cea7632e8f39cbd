"""Agents that start by the clock."""
