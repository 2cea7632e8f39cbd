"""ASGI: HTTP to Django, WebSockets through authentication to the consumers."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # before anything that imports models

from agents.executions.routing import websocket_urlpatterns
from agents.triggers.ingress import Hooks
from apikeys.websocket import AllowedOrigins, WebSocketAuthentication
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import re_path
from kernel.api.bodies import LimitBody
from quotas.sockets import LimitedSockets
from telemetry.asgi import Lifespan, ObservedSockets
from webui.refusing import refusal_page

nowhere: Any = WebsocketDenier.as_asgi()
routes: list[Any] = [*websocket_urlpatterns, re_path("", nowhere)]

application = ProtocolTypeRouter(
    {
        "http": LimitBody(Hooks(http), page=refusal_page),
        "websocket": ObservedSockets(
            AllowedOrigins(WebSocketAuthentication(LimitedSockets(URLRouter(routes))))
        ),
        "lifespan": Lifespan(),
    }
)
