"""The credentials application."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"

    def ready(self) -> None:
        import credentials.held  # noqa: F401  # what there is of people
