"""ASGI: HTTP to Django, WebSockets through authentication to the consumers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django = get_asgi_application()  # before anything that imports models

from agents.executions.routing import websocket_urlpatterns
from apikeys.websocket import AllowedOrigins, WebSocketAuthentication
from channels.routing import ProtocolTypeRouter, URLRouter
from kernel.api.bodies import LimitBody

application = ProtocolTypeRouter(
    {
        "http": LimitBody(django),
        "websocket": AllowedOrigins(WebSocketAuthentication(URLRouter(websocket_urlpatterns))),
    }
)
