"""Signing in and out for the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenViewBase

from accounts import services
from accounts.api.serializers import (
    RefreshSerializer,
    RevokeSerializer,
    TimeZoneSerializer,
    TokenSerializer,
    UserSerializer,
)
from accounts.people import person
from kernel.access import Scope
from kernel.api.access import ANYONE, PEOPLE, DeclaredAccess, needs


class TokenView(TokenViewBase):
    """Exchange a name and a password for two tokens.

    Send `access` as `Authorization: Bearer …`. It lives for an hour; `refresh` gets a new one.
    """

    permission_classes = (DeclaredAccess,)  # type: ignore[assignment]  # the stubs say ()
    access = {"post": ANYONE}
    serializer_class = TokenSerializer


class RefreshView(TokenViewBase):
    """Exchange a refresh token for two new tokens. The old one is worth nothing then."""

    permission_classes = (DeclaredAccess,)  # type: ignore[assignment]  # the stubs say ()
    access = {"post": ANYONE}
    serializer_class = RefreshSerializer


class RevokeView(TokenViewBase):
    """End a refresh token. Access tokens that it bought live for the rest of their hour."""

    permission_classes = (DeclaredAccess,)  # type: ignore[assignment]  # the stubs say ()
    access = {"post": ANYONE}
    serializer_class = RevokeSerializer


class SignOutEverywhereView(APIView):
    """End every session and every token of the person, this one too. API keys stay."""

    access = {"post": PEOPLE}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        services.sign_out_everywhere(person(request))
        return Response(status=204)


class UserView(APIView):
    """Who is asking. A POST says the same: the token of an identity provider makes its person."""

    access = dict.fromkeys(("get", "post"), needs(Scope.IDENTITY))

    @extend_schema(responses=UserSerializer)
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(person(request)).data)

    @extend_schema(request=None, responses=UserSerializer)
    def post(self, request: Request) -> Response:
        return self.get(request)


class TimeZoneView(APIView):
    """The time zone in which the person reads clocks."""

    access = dict.fromkeys(("get", "post"), needs(Scope.IDENTITY))

    @extend_schema(responses=TimeZoneSerializer)
    def get(self, request: Request) -> Response:
        return Response(TimeZoneSerializer(person(request)).data)

    @extend_schema(request=TimeZoneSerializer, responses=TimeZoneSerializer)
    def post(self, request: Request) -> Response:
        asked = TimeZoneSerializer(person(request), data=request.data)
        asked.is_valid(raise_exception=True)
        asked.save()
        return Response(asked.data)
