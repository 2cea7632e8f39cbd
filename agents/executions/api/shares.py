"""Links to runs: the owner's list of them, and what anybody sees under one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from agents.executions import sharing
from agents.executions.api.schemas import OUTPUTS, nullable
from agents.executions.models import Execution, Share
from agents.executions.output import outputs
from kernel.access import Scope
from kernel.api.access import ANYONE, needs
from kernel.api.members import KnownMembers
from kernel.errors import NotFound

# Of every answer under a link: nobody keeps it, lists it, or passes its address on.
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class ShareSerializer(serializers.ModelSerializer[Share]):
    """A link to a run, without its text: how that ends."""

    graph_exec_id = serializers.UUIDField(source="execution_id", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)

    class Meta:
        model = Share
        fields = ("id", "graph_exec_id", "tail", "created_at", "expires_at", "revoked_at")
        read_only_fields = fields


class CreateShareSerializer(KnownMembers):
    """How long a new link works."""

    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Null for until it is revoked."
    )

    def validate_expires_at(self, moment: Any) -> Any:
        if moment is not None and moment <= now():
            raise serializers.ValidationError("This moment has passed.")
        return moment


class SharedSerializer(serializers.Serializer[Any]):
    """A link and its text, which is never shown again."""

    share = ShareSerializer(read_only=True)
    share_token = serializers.CharField(source="token", read_only=True)
    share_url = serializers.SerializerMethodField()

    def get_share_url(self, shared: sharing.Shared) -> str:
        """Return the address of the run's page under the link."""
        return address(self.context["request"], shared.token)


class SharedRunSerializer(serializers.Serializer[Any]):
    """A run as anybody sees it who has a link to it."""

    id = serializers.UUIDField(read_only=True)
    graph_name = serializers.CharField(source="graph_version.name", read_only=True)
    graph_description = serializers.CharField(source="graph_version.description", read_only=True)
    status = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    outputs = serializers.SerializerMethodField(
        help_text="Null where retention has removed the values."
    )

    @extend_schema_field(nullable(OUTPUTS))
    def get_outputs(self, execution: Execution) -> Any:
        return outputs(execution) if execution.has_values else None


class ShareViewSet(ListModelMixin, GenericViewSet[Share]):
    """The links to one run of the person, those that have ended too."""

    access = {
        "list": needs(Scope.READ_GRAPH),
        **dict.fromkeys(("create", "destroy"), needs(Scope.EXECUTE_GRAPH, Scope.READ_GRAPH)),
    }
    serializer_class = ShareSerializer

    def get_queryset(self) -> QuerySet[Share]:
        return Share.objects.visible_to(self.request.user).filter(execution=self._run())

    @extend_schema(request=CreateShareSerializer, responses={201: SharedSerializer})
    def create(self, request: Request, run: UUID) -> Response:
        """Make a link under which anybody may see the run. Its text is in this answer only."""
        execution = self._run()
        asked = CreateShareSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        shared = sharing.share(execution, **asked.validated_data)
        shown = SharedSerializer(shared, context={"request": request}).data
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, run: UUID, share: UUID) -> Response:
        """Revoke a link for good. What is connected under it is cut off within seconds."""
        found = self.get_queryset().filter(pk=share).first()
        if found is None:
            raise NotFound("This run has no such link.")
        sharing.revoke(found)
        return Response(status=204)

    def _run(self) -> Execution:
        rows = Execution.objects.visible_to(self.request.user)
        found = rows.filter(pk=self.kwargs["run"]).defer("inputs", "nodes_input_masks").first()
        if found is None:
            raise NotFound("There is no such run, or it is not yours.")
        return found


class SharedRunView(APIView):
    """See a run by a link to it. It asks for no sign-in, and shows no inputs."""

    access = {"get": ANYONE}

    @extend_schema(responses=SharedRunSerializer)
    def get(self, request: Request, token: str) -> Response:
        found = sharing.find_shared(token)
        if found is None:
            raise NotFound("This link shows nothing. It may have expired, or been revoked.")
        return Response(SharedRunSerializer(found.execution).data, headers=PRIVATE)


def address(request: Request | HttpRequest, token: str) -> str:
    """Return the whole address of the run's page under a link."""
    return str(request.build_absolute_uri(reverse("webui:shared", args=[token])))
