"""Inputs and credentials that people keep to run an agent with."""
