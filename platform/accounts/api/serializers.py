"""Shapes of signing in with tokens."""

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken
from rest_framework_simplejwt.serializers import PasswordField
from rest_framework_simplejwt.settings import api_settings

from accounts import auditing
from accounts.models import User
from accounts.passwords import authenticated
from accounts.timezones import validate_time_zone
from accounts.tokens import RefreshToken, check_is_current
from audit.acting import Via
from audit.actions import Action
from kernel.api.members import KnownMembers


class TokenSerializer(KnownMembers):
    """A name and a password, and a code where the person has a second factor."""

    username = serializers.CharField(write_only=True, help_text="Or the e-mail address.")
    password = PasswordField(trim_whitespace=False)
    code = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=20,
        help_text="Of the authenticator app, or a recovery code, for people who have set one up.",
    )
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Return the tokens. Raises what `authenticated` raises."""
        request = self.context["request"]._request
        code = attrs.get("code", "")
        user = authenticated(request, attrs["username"], attrs["password"], code)
        with transaction.atomic():
            refresh = RefreshToken.for_user(user)
            auditing.record(Action.SIGNED_IN, user, request, via=Via.TOKEN)
        return {"access": str(refresh.access_token), "refresh": str(refresh)}


class RefreshSerializer(KnownMembers):
    """A refresh token, which is worth nothing afterwards."""

    refresh = serializers.CharField()
    access = serializers.CharField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Return two new tokens. Of two requests with the same token one is too late."""
        old = RefreshToken(attrs["refresh"])
        with transaction.atomic():
            rows = User.objects.select_for_update(no_key=True)
            user = rows.filter(pk=old[api_settings.USER_ID_CLAIM]).first()
            if user is None:
                raise InvalidToken
            if not user.is_active:
                raise AuthenticationFailed("This account is inactive.", "no_active_account")
            check_is_current(old, user)
            old.check_blacklist()  # once more, now that nobody else can end it
            old.blacklist()
            new = RefreshToken.for_user(user)
        return {"access": str(new.access_token), "refresh": str(new)}


class RevokeSerializer(KnownMembers):
    """A refresh token that shall be worth nothing from now on."""

    refresh = serializers.CharField(write_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        RefreshToken(attrs["refresh"]).blacklist()
        return {}


class UserSerializer(serializers.ModelSerializer[User]):
    """Who is asking, as the AutoGPT Platform's clients expect it."""

    email = serializers.CharField(read_only=True, help_text="Empty for who has none.")
    name = serializers.CharField(source="get_full_name", read_only=True)
    role = serializers.ChoiceField(choices=["user", "admin"], read_only=True)
    timezone = serializers.CharField(source="time_zone", read_only=True)

    class Meta:
        model = User
        fields = ("id", "username", "email", "name", "role", "timezone")
        read_only_fields = fields


class TimeZoneSerializer(KnownMembers, serializers.ModelSerializer[User]):
    """The time zone in which the person reads clocks, by its IANA name."""

    timezone = serializers.CharField(
        source="time_zone", max_length=64, validators=[validate_time_zone]
    )

    class Meta:
        model = User
        fields = ("timezone",)
