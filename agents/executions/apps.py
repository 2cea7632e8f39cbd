"""The executions application."""

from django.apps import AppConfig

from telemetry import health


class ExecutionsConfig(AppConfig):
    """Running agents."""

    name = "agents.executions"
    label = "executions"

    def ready(self) -> None:
        from agents.executions import liveness

        health.NOTICES["workers"] = liveness.problem
