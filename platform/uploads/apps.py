"""The uploads application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete


class UploadsConfig(AppConfig):
    name = "uploads"

    def ready(self) -> None:
        import uploads.held  # noqa: F401  # what there is of people

        post_delete.connect(_forget_content, sender="uploads.Upload", dispatch_uid="uploads")


def _forget_content(instance: Any, **_: Any) -> None:
    """Follow rows that go with their owner: nothing calls a service for them."""
    from uploads.services import forget_content

    forget_content(instance)
