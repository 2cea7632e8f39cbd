"""What waits for a person: list, see, decide."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.executions import reviewing
from agents.executions.api.fields import AnyValueField
from agents.executions.models import Review
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.members import KnownMembers


class ReviewSummarySerializer(serializers.ModelSerializer[Review]):
    """A review in a list, without its data, which may be large."""

    graph_exec_id = serializers.UUIDField(source="execution_id", read_only=True)
    node_exec_id = serializers.UUIDField(source="node_execution_id", read_only=True)
    graph_id = serializers.UUIDField(source="execution.graph_version.agent_id", read_only=True)
    graph_version = serializers.IntegerField(
        source="execution.graph_version.version", read_only=True
    )
    graph_name = serializers.CharField(source="execution.graph_version.name", read_only=True)
    status = serializers.ChoiceField(choices=Review.Status.choices, read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    decided_by = serializers.CharField(
        source="decided_by.username", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Review
        fields: tuple[str, ...] = (
            "id",
            "graph_exec_id",
            "node_exec_id",
            "node_id",
            "graph_id",
            "graph_version",
            "graph_name",
            "name",
            "editable",
            "status",
            "created_at",
            "decided_at",
            "decided_by",
            "edited",
            "auto_approve",
            "message",
        )
        read_only_fields = fields


class ReviewSerializer(ReviewSummarySerializer):
    """A review with its data: ``payload`` is what was asked about, ``data`` what was decided."""

    payload = AnyValueField(read_only=True)
    data = AnyValueField(read_only=True)  # type: ignore[assignment]

    class Meta(ReviewSummarySerializer.Meta):
        fields = (*ReviewSummarySerializer.Meta.fields, "payload", "data")
        read_only_fields = fields


class DecisionSerializer(KnownMembers):
    """What a person decides."""

    decision = serializers.ChoiceField(choices=["approve", "reject"])
    data = AnyValueField(  # type: ignore[assignment]
        required=False,
        allow_null=True,
        help_text="The data, edited. Leave it out to approve the data as it is.",
    )
    message = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=reviewing.LONGEST_MESSAGE,
        help_text="Goes out on the pin `review_message`.",
    )
    auto_approve = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Also approve, unseen, everything else that the node asks in this run.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["decision"] == "reject":
            unwanted = [
                name for name in ("data", "auto_approve") if attrs.get(name, False) is not False
            ]
            if unwanted:
                sentence = "Only an approval can have this."
                raise serializers.ValidationError(dict.fromkeys(unwanted, sentence))
        return attrs


class ReviewQuerySerializer(serializers.Serializer[Any]):
    """Which reviews to list."""

    status = serializers.ChoiceField(
        choices=Review.Status.choices,
        default=Review.Status.WAITING,
        help_text="Only these. Without it, those that wait for a decision.",
    )
    graph_exec_id = serializers.UUIDField(required=False, help_text="Only what this run asks.")


class ReviewViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Review]):
    """What a person's runs ask."""

    access = {
        **dict.fromkeys(("list", "retrieve"), needs(Scope.READ_GRAPH)),
        "decide": needs(Scope.READ_GRAPH, Scope.EXECUTE_GRAPH),
    }
    serializer_class = ReviewSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Review]:
        rows = Review.objects.visible_to(self.request.user).select_related(
            "execution__graph_version", "decided_by"
        )
        rows = rows.defer(
            "execution__inputs",
            "execution__nodes_input_masks",
            "execution__graph_version__document",
        )
        return self._filtered(rows.defer("payload", "data")) if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        return ReviewSummarySerializer if self.action == "list" else ReviewSerializer

    @extend_schema(parameters=[ReviewQuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List reviews, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=DecisionSerializer, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: UUID) -> Response:
        """Approve or reject. The same decision again is the same answer."""
        review = self.get_object()
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        reviewing.decide(
            review,
            by=person(request),
            approve=wanted["decision"] == "approve",
            data=wanted.get("data", reviewing.AS_IT_IS),
            message=wanted["message"],
            auto_approve=wanted["auto_approve"],
        )
        return Response(ReviewSerializer(self.get_object()).data)

    def _filtered(self, rows: QuerySet[Review]) -> QuerySet[Review]:
        asked = ReviewQuerySerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        rows = rows.filter(status=wanted["status"])
        if "graph_exec_id" in wanted:
            rows = rows.filter(execution_id=wanted["graph_exec_id"])
        return rows
