"""Tickets for WebSockets."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apikeys import tickets
from apikeys.credentials import credential_of
from kernel.api.access import SIGNED_IN


class TicketSerializer(serializers.Serializer[Any]):
    """A ticket, which is never shown again."""

    ticket = serializers.CharField(read_only=True)
    expires_in = serializers.IntegerField(read_only=True, help_text="Seconds.")


class TicketView(APIView):
    """Get a ticket, which opens one WebSocket within a minute, as whoever asks for it.

    Connect to `/ws/v1/?ticket=…`, or offer the subprotocols `trellis` and `trellis.ticket.…`.
    """

    access = {"post": SIGNED_IN}

    @extend_schema(request=None, responses={201: TicketSerializer})
    def post(self, request: Request) -> Response:
        ticket = tickets.issue(credential_of(request))
        shown = TicketSerializer({"ticket": ticket, "expires_in": tickets.SECONDS}).data
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})
