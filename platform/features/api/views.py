"""Features for the front end."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from features.services import enabled
from kernel.api.access import SIGNED_IN

FLAGS = {"type": "object", "additionalProperties": {"type": "boolean"}}


class FlagsView(APIView):
    """Says which features the caller has."""

    access = {"get": SIGNED_IN}

    @extend_schema(responses={200: OpenApiResponse(FLAGS, description="Each feature by its name.")})
    def get(self, request: Request) -> Response:
        """List every feature of this release, and whether it is on for you."""
        return Response(enabled(request.user))
