"""WebSocket URL patterns."""

from typing import Any

from django.urls import re_path

from agents.executions.consumers import ExecutionFeed
from agents.executions.sharedfeed import SharedFeed

feed: Any = ExecutionFeed.as_asgi()
shared: Any = SharedFeed.as_asgi()

websocket_urlpatterns = [re_path(r"^ws/v1/?$", feed), re_path(r"^ws/v1/shared/?$", shared)]
