"""The presets application."""

from django.apps import AppConfig


class PresetsConfig(AppConfig):
    name = "agents.presets"
    label = "presets"

    def ready(self) -> None:
        import agents.presets.held  # noqa: F401  # what there is of people
