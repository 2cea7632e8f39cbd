"""Take everything along, and leave."""

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import erasure, exports
from accounts.models import Export
from accounts.people import person
from accounts.proofs import require_proof
from kernel.api.access import PEOPLE
from kernel.api.members import KnownMembers
from kernel.api.streams import file_response
from kernel.errors import NotFound, TrellisError

ZIP = "application/zip"


class UsernameDiffers(TrellisError):
    """This is not your username. Nothing was deleted."""

    code = "username_differs"


class ExportSerializer(serializers.ModelSerializer[Export]):
    """How far an export is."""

    url = serializers.SerializerMethodField(help_text="Of the file; null until it is ready.")

    class Meta:
        model = Export
        fields = ("id", "status", "size", "created", "ended_at", "expires_at", "url")
        read_only_fields = fields

    def get_url(self, export: Export) -> str | None:
        """Return where the file is to be fetched."""
        return reverse("user-export-file") if export.is_ready else None


class ExportView(APIView):
    """Everything that belongs to the person, as a ZIP of JSON. A worker makes it, at a POST."""

    access = {"get": PEOPLE, "post": PEOPLE}

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request) -> Response:
        """Say how far the last one is."""
        found = exports.of(person(request))
        if found is None:
            raise NotFound("You have asked for no export, or it is over.")
        return Response(ExportSerializer(found).data)

    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Have a new one made; it replaces the one before."""
        return Response(ExportSerializer(exports.ask(person(request))).data, status=202)


class ExportFileView(APIView):
    """The file, for the person alone and for a while."""

    access = {"get": PEOPLE}

    @extend_schema(responses={(200, ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request) -> HttpResponseBase:
        found = exports.fetch(person(request))
        name = exports.name_of(found)
        return file_response(request._request, found.path, name=name, media_type=ZIP)


class ErasureSerializer(KnownMembers):
    """The username, so that nobody deletes by mistake, and the proof of who asks."""

    username = serializers.CharField(max_length=150, write_only=True)
    password = serializers.CharField(required=False, write_only=True, trim_whitespace=False)
    code = serializers.CharField(required=False, write_only=True, max_length=20)


class ErasureView(APIView):
    """Delete the account with everything that belongs to it. There is no way back.

    The account closes at once; runs that are under way are stopped, and the rest goes within minutes.
    """

    access = {"post": PEOPLE}

    @extend_schema(request=ErasureSerializer, responses={202: None})
    def post(self, request: Request) -> Response:
        asked = ErasureSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sent, user = asked.validated_data, person(request)
        if sent["username"] != user.username:
            raise UsernameDiffers
        require_proof(request, sent.get("password", ""), sent.get("code", ""))
        erasure.leave(user)
        return Response(status=202)
