"""The credentials application."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "credentials"

    def ready(self) -> None:
        import credentials.held  # what there is of people
        import credentials.registry  # noqa: F401  # its checks
