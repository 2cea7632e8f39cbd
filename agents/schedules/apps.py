"""The schedules application."""

from django.apps import AppConfig

from telemetry import health, metrics


class SchedulesConfig(AppConfig):
    """Agents that start by the clock."""

    name = "agents.schedules"
    label = "schedules"

    def ready(self) -> None:
        import agents.schedules.held  # noqa: F401  # what there is of people
        from agents.executions import announcing
        from agents.schedules import ending, figures

        announcing.LISTENERS.append(ending.runs_ended)
        metrics.LOOKS.append(figures.look)
        health.NOTICES["schedules"] = figures.problem
