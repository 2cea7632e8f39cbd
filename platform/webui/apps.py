"""The webui application."""

from django.apps import AppConfig


class WebUIConfig(AppConfig):
    """Pages for people."""

    name = "webui"
