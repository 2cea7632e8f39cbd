"""Files: send one in, look at it, get it back, delete it."""

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from kernel.access import Scope
from kernel.api.access import needs
from uploads import services
from uploads.answers import download
from uploads.api.serializers import SendFileSerializer, UploadSerializer
from uploads.errors import FileMissing
from uploads.models import Upload


class UploadViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Upload]):
    """A person's files."""

    access = {
        **dict.fromkeys(("list", "retrieve", "content"), needs(Scope.READ_GRAPH)),
        "create": needs(Scope.EXECUTE_GRAPH),
        "destroy": needs(Scope.READ_GRAPH, Scope.WRITE_GRAPH),
    }
    parser_classes = [MultiPartParser]
    serializer_class = UploadSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Upload]:
        return Upload.objects.visible_to(self.request.user)

    @extend_schema(
        request={"multipart/form-data": SendFileSerializer}, responses={201: UploadSerializer}
    )
    def create(self, request: Request) -> Response:
        """Send a file in. The same content under the same name is kept once."""
        file = _sent(request)
        upload = services.keep(person(request).pk, file, name=file.name or "")
        location = reverse("file-detail", args=[upload.pk], request=request)
        return Response(UploadSerializer(upload).data, status=201, headers={"Location": location})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a file. Runs that read it later fail with the reason."""
        services.discard(self.get_object())
        return Response(status=204)

    @extend_schema(
        responses={
            (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, description="What is in the file.")
        }
    )
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: str) -> HttpResponse:
        """Get what is in a file."""
        return download(self.get_object())


def _sent(request: Request) -> UploadedFile[bytes]:
    """Return the one file that came. Raises FileMissing."""
    files: list[UploadedFile[bytes]] = request.FILES.getlist("file")
    if len(files) > 1:
        raise FileMissing(f"The request carries {len(files)} files. Send them one by one.")
    if not files:
        raise FileMissing
    [file] = files
    return file
