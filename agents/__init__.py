"""Agents: graphs of blocks and their runs."""
