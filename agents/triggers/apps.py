"""The triggers application."""

from django.apps import AppConfig


class TriggersConfig(AppConfig):
    """Runs that begin when something happens."""

    name = "agents.triggers"
    label = "triggers"
    verbose_name = "Triggers"

    def ready(self) -> None:
        import agents.triggers.held  # noqa: F401  # what there is of people
        from agents.executions import announcing
        from agents.triggers import listening, naming
        from agents.triggers.models import Trigger
        from credentials import rotation, uses

        announcing.LISTENERS.append(listening.hear)
        rotation.MODELS.append(Trigger)
        uses.register(naming.triggers_that_name)
