"""The executions application."""

from django.apps import AppConfig


class ExecutionsConfig(AppConfig):
    """Running agents."""

    name = "agents.executions"
    label = "executions"
