"""Credentials: list, keep, change, delete, connect. The AutoGPT Platform's addresses."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from credentials import connecting, registry, services
from credentials.api.serializers import (
    CallbackSerializer,
    ChangeCredentialSerializer,
    CreateCredentialSerializer,
    CredentialSerializer,
    DeletedSerializer,
    DeleteQuerySerializer,
    ListQuerySerializer,
    LoginQuerySerializer,
    LoginSerializer,
    ProviderSerializer,
)
from credentials.api.sessions import redirect_uri, session_of
from credentials.errors import CredentialGone
from credentials.kinds import Kind
from credentials.models import Credential
from kernel.access import Scope
from kernel.api.access import PEOPLE, needs

READ = needs(Scope.READ_INTEGRATIONS)
MANAGE = needs(Scope.READ_INTEGRATIONS, Scope.MANAGE_INTEGRATIONS)
DELETE = needs(Scope.READ_INTEGRATIONS, Scope.DELETE_INTEGRATIONS)
SECRET = {"Cache-Control": "no-store"}


class ProvidersView(APIView):
    """The services that ask for credentials."""

    access = {"get": READ}

    @extend_schema(responses=ProviderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the providers, with what each takes and where its secrets may go."""
        shown: Any = ProviderSerializer(registry.every(), many=True)  # type: ignore[arg-type]
        return Response(shown.data)


class CredentialListView(ListModelMixin, GenericViewSet[Credential]):
    """A person's credentials of all providers."""

    access = {"list": READ}
    serializer_class = CredentialSerializer

    def get_queryset(self) -> QuerySet[Credential]:
        asked = _asked(ListQuerySerializer, self.request.query_params)
        rows = Credential.objects.visible_to(self.request.user)
        if "provider" in asked:
            rows = rows.filter(provider=asked["provider"])
        return rows.filter(kind=asked["type"]) if "type" in asked else rows

    @extend_schema(parameters=[ListQuerySerializer], operation_id="integrations_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the credentials, without their secrets."""
        return super().list(request, *args, **kwargs)


class CredentialViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Credential]):
    """A person's credentials of one provider."""

    access = {
        **dict.fromkeys(("list", "retrieve"), READ),
        **dict.fromkeys(("create", "partial_update"), MANAGE),
        "destroy": DELETE,
    }
    serializer_class = CredentialSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Credential]:
        rows = Credential.objects.visible_to(self.request.user)
        return rows.filter(provider=self.kwargs.get("provider", ""))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the credentials of a provider, without their secrets."""
        registry.get(str(self.kwargs["provider"]))
        return super().list(request, *args, **kwargs)

    @extend_schema(request=CreateCredentialSerializer, responses={201: CredentialSerializer})
    def create(self, request: Request, provider: str) -> Response:
        """Keep a credential. Its secret is in no answer."""
        registry.get(provider)
        asked = _asked(CreateCredentialSerializer, request.data)
        kind, title = Kind(asked.pop("type")), asked.pop("title")
        owner = person(request)
        made = services.create(owner, provider=provider, kind=kind, title=title, given=asked)
        where = reverse("credential-detail", args=[made.provider, made.pk], request=request)
        return Response(
            CredentialSerializer(made).data, status=201, headers={"Location": where, **SECRET}
        )

    @extend_schema(request=ChangeCredentialSerializer, responses=CredentialSerializer)
    def partial_update(self, request: Request, provider: str, pk: UUID) -> Response:
        """Rename a credential, or put another secret into it."""
        credential = self.get_object()
        asked = _asked(ChangeCredentialSerializer, request.data)
        title = asked.pop("title", None)
        changed = services.change(credential, title=title, given=asked)
        return Response(CredentialSerializer(changed).data, headers=SECRET)

    @extend_schema(parameters=[DeleteQuerySerializer], responses=DeletedSerializer)
    def destroy(self, request: Request, provider: str, pk: UUID) -> Response:
        """Delete a credential, and end it at the provider where that can be asked for."""
        credential = self.get_object()
        force = _asked(DeleteQuerySerializer, request.query_params)["force"]
        revoked = services.delete(credential, force=force)
        return Response({"deleted": True, "revoked": revoked})


class LoginView(APIView):
    """Where a person connects an account of the provider."""

    access = {"get": PEOPLE}

    @extend_schema(parameters=[LoginQuerySerializer], responses=LoginSerializer)
    def get(self, request: Request, provider: str) -> Response:
        """Begin to connect an account: send the browser to the address in the answer."""
        registry.get(provider)
        asked = _asked(LoginQuerySerializer, request.query_params)
        journey = connecting.begin(
            person(request),
            provider,
            scopes=asked["scopes"].replace(",", " ").split(),
            session=session_of(request),
            redirect_uri=redirect_uri(request),
            replaces=_replaced(request, provider, asked.get("credential")),
            server_url=asked["server_url"],
        )
        return Response(LoginSerializer(journey._asdict()).data, headers=SECRET)


class CallbackView(APIView):
    """What a person comes back with."""

    access = {"post": PEOPLE}

    @extend_schema(request=CallbackSerializer, responses=CredentialSerializer)
    def post(self, request: Request, provider: str) -> Response:
        """Keep the account that was connected. The state is good once."""
        registry.get(provider)
        asked = _asked(CallbackSerializer, request.data)
        found = connecting.finish(person(request), provider, session=session_of(request), **asked)
        return Response(CredentialSerializer(found).data, headers=SECRET)


def _replaced(request: Request, provider: str, pk: UUID | None) -> Credential | None:
    if pk is None:
        return None
    mine = Credential.objects.visible_to(request.user).filter(provider=provider, pk=pk)
    found = mine.filter(kind=Kind.OAUTH2).first()
    if found is None:
        raise CredentialGone
    return found


def _asked(shape: Any, data: Any) -> dict[str, Any]:
    asked = shape(data=data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found
