"""The apikeys application."""

from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    name = "apikeys"
    verbose_name = "API keys"

    def ready(self) -> None:
        import apikeys.held
        import apikeys.schema  # noqa: F401  # how OpenAPI describes the header
