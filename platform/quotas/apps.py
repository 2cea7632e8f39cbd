"""The quotas application."""

from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "quotas"

    def ready(self) -> None:
        import quotas.held  # noqa: F401  # what there is of people
