"""The blocks application."""

from django.apps import AppConfig


class BlocksConfig(AppConfig):
    """Loads the library once, so that the registry is complete before anything asks it."""

    name = "blocks"

    def ready(self) -> None:
        import blocks.checks
        import blocks.library  # noqa: F401
        from blocks.packages import packages

        packages.load()
