"""ASGI: HTTP to Django, WebSockets through authentication to the consumers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # before anything that imports models

from agents.executions.routing import websocket_urlpatterns
from apikeys.websocket import AllowedOrigins, WebSocketAuthentication
from channels.routing import ProtocolTypeRouter, URLRouter

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedOrigins(WebSocketAuthentication(URLRouter(websocket_urlpatterns))),
    }
)
