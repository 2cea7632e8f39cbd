"""Tell a run that something happened."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.people import person
from agents.executions import signalling
from agents.executions.api.fields import AnyValueField
from agents.executions.models import Execution, Signal
from agents.executions.models.signal import LONGEST_NAME
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.idempotency import REPLAYED, keyed_request, parameter
from kernel.api.members import KnownMembers

IDEMPOTENCY_KEY = parameter("sends a signal", "that one")


class SendSignalSerializer(KnownMembers):
    """What happened."""

    name = serializers.CharField(
        max_length=LONGEST_NAME,
        trim_whitespace=False,
        help_text="The event's name, as the block that waits for it has it.",
    )
    value = AnyValueField(
        required=False, allow_null=True, default=None, help_text="What the block gets."
    )


class SignalSerializer(serializers.ModelSerializer[Signal]):
    """A signal. ``taken_by_node_exec_id`` is null while nothing has waited for it."""

    graph_exec_id = serializers.UUIDField(source="execution_id", read_only=True)
    number = serializers.IntegerField(
        read_only=True, help_text="Counts the run's signals with this name, from 0."
    )
    value = AnyValueField(read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    taken_by_node_exec_id = serializers.UUIDField(
        source="taken_by.node_execution_id", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Signal
        fields = (
            "graph_exec_id",
            "name",
            "number",
            "value",
            "created_at",
            "taken_by_node_exec_id",
        )
        read_only_fields = fields


class SignalsView(APIView):
    """Signals of a run."""

    access = {"post": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH)}

    @extend_schema(
        request=SendSignalSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: SignalSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Send a signal. It is kept until a node execution waits for it."""
        mine = Execution.objects.visible_to(request.user).only("pk")
        execution = get_object_or_404(mine, pk=pk)
        asked = SendSignalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        signal, is_new = signalling.send(
            execution.pk, by=person(request), request=keyed_request(request), **asked.validated_data
        )
        headers = {} if is_new else REPLAYED
        return Response(SignalSerializer(signal).data, status=201, headers=headers)
