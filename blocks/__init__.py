"""Blocks: the units that agents are made of."""
