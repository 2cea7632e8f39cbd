"""The knowledge application."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"

    def ready(self) -> None:
        import knowledge.held  # noqa: F401  # what there is of people
