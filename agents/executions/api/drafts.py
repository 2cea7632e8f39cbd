"""Run an agent's draft."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.people import person
from agents.executions import services
from agents.executions.api.idempotency import (
    IDEMPOTENCY_KEY,
    STARTED,
    started_response,
)
from agents.executions.idempotency import once
from agents.graphs.api.preconditions import wanted_numbers
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.idempotency import keyed_request
from kernel.api.members import KnownMembers

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The draft's `ETag`, to run nothing but what you saved; without it, any.",
)


class StartDraftSerializer(KnownMembers):
    """What the draft is run with."""

    inputs = serializers.DictField(
        default=dict,
        help_text="The agent's inputs by name or, with `node`, values for the node's pins.",
    )
    credentials_inputs = serializers.DictField(
        default=dict,
        help_text="Credentials by name, as the draft's `credentials_input_schema` says.",
    )
    node = serializers.CharField(
        required=False, max_length=64, help_text="Run this node alone, without its links."
    )


class StartDraftView(APIView):
    """Starts the draft as it is now."""

    access = {"post": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)}

    @extend_schema(
        request=StartDraftSerializer, parameters=[IDEMPOTENCY_KEY, IF_MATCH], responses=STARTED
    )
    def post(self, request: Request, agent_id: UUID) -> Response:
        """Run the draft, or one node of it. Pinned nodes give what is pinned and do not run."""
        asked = StartDraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        owner = person(request)
        started = once(
            owner.pk,
            keyed_request(request),
            lambda pk: services.start_draft(
                owner=owner,
                agent_id=agent_id,
                if_match=wanted_numbers(request.headers.get("If-Match")),
                pk=pk,
                **asked.validated_data,
            ),
        )
        return started_response(request, started)
