"""The application of imported APIs."""

from django.apps import AppConfig


class OpenApiConfig(AppConfig):
    name = "blocks.openapi"
    label = "openapi"

    def ready(self) -> None:
        import blocks.openapi.held  # noqa: F401  # what there is of people
