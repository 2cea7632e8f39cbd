"""Signing in for the API."""

from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from accounts.api.serializers import RefreshSerializer


class TokenView(TokenObtainPairView):
    """Exchange a username and a password for two tokens.

    Send `access` as `Authorization: Bearer …`. It lives for an hour; `refresh` gets a new one.
    """


class RefreshView(TokenRefreshView):
    """Exchange a refresh token for a new access token."""

    serializer_class = RefreshSerializer
