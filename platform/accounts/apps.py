"""The accounts application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import accounts.auditing  # what the audit log tells of accounts
        import accounts.held
        import accounts.schema  # noqa: F401  # how OpenAPI describes tokens
