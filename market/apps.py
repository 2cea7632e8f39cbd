"""The market application."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """What everybody finds: search, pages, counts."""

    name = "market"
    label = "market"

    def ready(self) -> None:
        import market.held  # noqa: F401  # what there is of people
        from agents.executions import announcing as runs
        from market import indexing, running

        indexing.listen()
        runs.LISTENERS.append(running.runs_ended)
