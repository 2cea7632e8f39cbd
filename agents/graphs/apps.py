"""The graphs application."""

from django.apps import AppConfig


class GraphsConfig(AppConfig):
    name = "agents.graphs"
    label = "graphs"
    verbose_name = "Agents"
