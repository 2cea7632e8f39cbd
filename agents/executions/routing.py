"""WebSocket URL patterns."""

from django.urls import re_path

from agents.executions.consumers import ExecutionFeed

websocket_urlpatterns = [re_path(r"^ws/v1/?$", ExecutionFeed.as_asgi())]  # type: ignore[arg-type]
