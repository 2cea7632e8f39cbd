"""What creators send to the store: list, send, see, change, take back; pictures; agents to choose from."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from agents.graphs.models import GraphVersion
from kernel.access import Scope
from kernel.api.access import needs
from store import pictures
from store.actions.edit import edit
from store.actions.submit import send, submit
from store.actions.withdraw import withdraw
from store.api.numbered import PageQuerySerializer, numbered
from store.api.submission_serializers import (
    ChangeSubmissionSerializer,
    MyAgentsSerializer,
    NewSubmissionSerializer,
    PictureSerializer,
    SendPictureSerializer,
    SubmissionSerializer,
    SubmissionsSerializer,
)
from store.models import ListingVersion
from uploads.errors import FileMissing

READ = needs(Scope.READ_STORE)
WRITE = needs(Scope.READ_STORE, Scope.READ_GRAPH, Scope.WRITE_GRAPH)


def with_all(rows: "QuerySet[ListingVersion, ListingVersion]") -> Any:
    """Return versions with everything that their shape reads, in a query for each kind."""
    return (
        rows.select_related("listing", "graph_version")
        .defer("graph_version__document")
        .prefetch_related("shown_pictures__picture", "findings")
    )


class SubmissionViewSet(GenericViewSet[ListingVersion]):
    """A person's versions of listings."""

    access = {
        **dict.fromkeys(("list", "retrieve"), READ),
        **dict.fromkeys(("create", "update", "destroy", "send"), WRITE),
    }
    serializer_class = SubmissionSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        return with_all(ListingVersion.objects.visible_to(self.request.user))

    @extend_schema(parameters=[PageQuerySerializer], responses=SubmissionsSerializer)
    def list(self, request: Request) -> Response:
        """List your submissions, the newest first."""
        query = PageQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = numbered(self.get_queryset().order_by("-created", "pk"), query.validated_data)
        told = {"submissions": found.rows, "pagination": found.pagination}
        return Response(SubmissionsSerializer(told).data)

    @extend_schema(responses=SubmissionSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """See a submission, with its manifest, what was found in it, and a moderator's comments."""
        return self._answer(self.get_object())

    @extend_schema(request=NewSubmissionSerializer, responses={201: SubmissionSerializer})
    def create(self, request: Request) -> Response:
        """Send a version of an agent to the store, or keep it as a draft first."""
        asked = NewSubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = submit(person(request), **asked.said())
        location = reverse("submission-detail", args=[made.pk], request=request)
        return self._answer(made, status=201, headers={"Location": location})

    @extend_schema(request=ChangeSubmissionSerializer, responses=SubmissionSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Change a submission that nobody has decided about."""
        own = self.get_object()
        asked = ChangeSubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._answer(edit(person(request), own.pk, **asked.said()))

    @extend_schema(responses=SubmissionSerializer)
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take a submission back. Of one that was approved, the approved one before it stands in."""
        own = self.get_object()
        return self._answer(withdraw(person(request), own.pk))

    @extend_schema(request=None, responses=SubmissionSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: UUID) -> Response:
        """Send a draft."""
        own = self.get_object()
        return self._answer(send(person(request), own.pk))

    def _answer(self, version: ListingVersion, **how: Any) -> Response:
        shown = with_all(ListingVersion.objects.all()).get(pk=version.pk)
        return Response(SubmissionSerializer(shown).data, **how)


class PicturesView(APIView):
    """Pictures for listings."""

    access = {"post": WRITE}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": SendPictureSerializer}, responses={201: PictureSerializer}
    )
    def post(self, request: Request) -> Response:
        """Send a picture. It is drawn anew, 1600 × 1200 at most, and carries nothing but itself."""
        files: list[UploadedFile[bytes]] = request.FILES.getlist("file")
        if len(files) != 1:
            raise FileMissing
        [file] = files
        kept = pictures.keep(person(request), file)
        return Response(PictureSerializer(kept).data, status=201)


class MyAgentsView(APIView):
    """A person's agents, to choose one for the store."""

    access = {"get": needs(Scope.READ_STORE, Scope.READ_GRAPH)}

    @extend_schema(parameters=[PageQuerySerializer], responses=MyAgentsSerializer)
    def get(self, request: Request) -> Response:
        """List the active versions of your agents, those that changed last first."""
        query = PageQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = GraphVersion.objects.visible_to(request.user).active().defer("document")
        rows = rows.annotate(slug=F("agent__listing__slug")).order_by("-created", "pk")
        found = numbered(rows, query.validated_data)
        told = {"agents": found.rows, "pagination": found.pagination}
        return Response(MyAgentsSerializer(told).data)
