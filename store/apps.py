"""The store application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Listings of agents, and what became of them."""

    name = "store"
    label = "store"

    def ready(self) -> None:
        import store.held  # noqa: F401  # what there is of people
        from store.library import lending, updating

        lending.lend()
        updating.follow()
