"""The graphs application."""

from django.apps import AppConfig


class GraphsConfig(AppConfig):
    name = "agents.graphs"
    label = "graphs"
    verbose_name = "Agents"

    def ready(self) -> None:
        import agents.graphs.held  # noqa: F401  # what there is of people
        from agents.graphs import naming
        from credentials import uses

        uses.register(naming.agents_that_name)
