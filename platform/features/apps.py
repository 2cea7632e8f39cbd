"""The features application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeaturesConfig(AppConfig):
    name = "features"

    def ready(self) -> None:
        import features.held  # noqa: F401  # what there is of people

        post_migrate.connect(declare, sender=self)


def declare(**_: Any) -> None:
    """Show staff what the code declares, once there are tables for it."""
    from features.services import declare_flags

    declare_flags()
