"""The executions application."""

from django.apps import AppConfig

from telemetry import health, metrics


class ExecutionsConfig(AppConfig):
    """Running agents."""

    name = "agents.executions"
    label = "executions"

    def ready(self) -> None:
        import agents.executions.held  # noqa: F401  # what there is of people
        from agents.executions import figures, liveness

        health.NOTICES["workers"] = liveness.problem
        metrics.LOOKS.extend([figures.look, figures.look_at_broker])
