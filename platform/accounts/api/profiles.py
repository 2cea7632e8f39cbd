"""What people say of themselves, which mails they want, and where these go."""

from typing import Any, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import addresses, avatars, notifications, profiles
from accounts.links import LONGEST_LINK, MOST_LINKS, validate_link
from accounts.models import User
from accounts.models.preferences import MOST_MAILS
from accounts.models.profile import LONGEST_DESCRIPTION
from accounts.notifications import NotificationType
from accounts.people import person
from accounts.profiles import Changes
from accounts.proofs import require_proof
from kernel.access import Scope
from kernel.api.access import PEOPLE, needs
from kernel.api.members import KnownMembers
from kernel.errors import TrellisError

MINE = needs(Scope.IDENTITY)


class AddressChangesElsewhere(TrellisError):
    """Preferences do not change the e-mail address. Send it to `/api/v1/auth/user/email/`."""

    code = "address_changes_elsewhere"


class ProfileSerializer(KnownMembers):
    """What others see of a person, as the AutoGPT Platform's clients expect it."""

    name = serializers.CharField(source="get_full_name", max_length=150, allow_blank=True)
    username = serializers.CharField(max_length=150)
    description = serializers.CharField(max_length=LONGEST_DESCRIPTION, allow_blank=True)
    links = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LINK, validators=[validate_link]),
        max_length=MOST_LINKS,
        help_text="Addresses of web pages: `https://` or `http://`.",
    )
    avatar_url = serializers.CharField(
        read_only=True, allow_null=True, help_text="Of the picture; null where there is none."
    )

    def to_representation(self, instance: User) -> dict[str, Any]:
        profile, avatar = profiles.profile_of(instance), profiles.avatar_of(instance)
        return {
            "name": instance.get_full_name(),
            "username": instance.username,
            "description": profile.description,
            "links": profile.links,
            "avatar_url": avatar and reverse("webui:avatar", args=[avatar.pk]),
        }


class ProfileView(APIView):
    """What others see of a person. A POST changes the members that it names."""

    access = {"get": MINE, "post": MINE}

    @extend_schema(responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(ProfileSerializer(person(request)).data)

    @extend_schema(request=ProfileSerializer(partial=True), responses=ProfileSerializer)
    def post(self, request: Request) -> Response:
        asked = ProfileSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        changes = dict(asked.validated_data)
        if "get_full_name" in changes:
            changes["name"] = changes.pop("get_full_name")
        try:
            profiles.change(person(request), cast(Changes, changes))
        except DjangoValidationError as error:
            raise ValidationError(serializers.as_serializer_error(error)) from None
        return self.get(request)


class AvatarSerializer(serializers.Serializer[Any]):
    """A picture of the person."""

    file = serializers.FileField(write_only=True, help_text="PNG, JPEG, WebP or GIF; 5 MB at most.")


class AvatarView(APIView):
    """The person's picture. It is cut to a square of 256 pixels, and carries nothing but itself."""

    access = {"put": MINE, "delete": MINE}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": AvatarSerializer}, responses=ProfileSerializer)
    def put(self, request: Request) -> Response:
        asked = AvatarSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        avatars.change(person(request), asked.validated_data["file"])
        return Response(ProfileSerializer(person(request)).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        avatars.remove(person(request))
        return Response(status=204)


class EmailSerializer(KnownMembers):
    """A new address, and the proof of who asks for it."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(required=False, write_only=True, trim_whitespace=False)
    code = serializers.CharField(required=False, write_only=True, max_length=20)
    waiting = serializers.CharField(
        read_only=True, allow_null=True, help_text="The address that waits to be verified."
    )


class EmailView(APIView):
    """Change the e-mail address.

    The new one counts once the link is followed that is sent there; until then `email` is the
    present one. The body may also be the address alone, as a JSON string, where the session has
    proved who it is a moment ago.
    """

    access = {"post": PEOPLE}

    @extend_schema(request=EmailSerializer, responses=EmailSerializer)
    def post(self, request: Request) -> Response:
        body = {"email": request.data} if isinstance(request.data, str) else request.data
        asked = EmailSerializer(data=body)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        user = person(request)
        require_proof(request, sent.get("password", ""), sent.get("code", ""))
        try:
            addresses.change(request._request, user, sent["email"])
        except DjangoValidationError as error:
            raise ValidationError(serializers.as_serializer_error(error)) from None
        return Response({"email": user.email, "waiting": addresses.waiting_of(user)})


class PreferencesSerializer(KnownMembers):
    """Which mails the person wants, and how many a day at most."""

    user_id = serializers.IntegerField(read_only=True)
    email = serializers.CharField(required=False, help_text="Where they go. Not changed here.")
    preferences = serializers.DictField(
        child=serializers.BooleanField(),
        required=False,
        help_text=f"Kinds of mails: {', '.join(NotificationType.values)}.",
    )
    daily_limit = serializers.IntegerField(required=False, min_value=0, max_value=MOST_MAILS)
    emails_sent_today = serializers.IntegerField(read_only=True)
    last_reset_date = serializers.DateField(
        read_only=True, allow_null=True, help_text="The day that is counted; null before any mail."
    )

    def validate_preferences(self, value: dict[str, bool]) -> dict[NotificationType, bool]:
        """Return the kinds with what is wanted. Raises ValidationError for a kind that is none."""
        if unknown := sorted(value.keys() - set(NotificationType.values)):
            raise ValidationError(
                f"There is no kind {unknown[0][:100]!r} of mails.", code="unknown_notification_type"
            )
        return {NotificationType(kind): wanted for kind, wanted in value.items()}

    def to_representation(self, instance: User) -> dict[str, Any]:
        row = notifications.preferences_of(instance)
        return {
            "user_id": instance.pk,
            "email": instance.email,
            "preferences": {
                kind.value: wanted for kind, wanted in notifications.kinds_of(row).items()
            },
            "daily_limit": row.daily_limit,
            "emails_sent_today": notifications.sent_today(row),
            "last_reset_date": row.sent_on and row.sent_on.isoformat(),
        }


class PreferencesView(APIView):
    """Which mails the person wants. A POST changes the kinds that it names."""

    access = {"get": MINE, "post": MINE}

    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        return Response(PreferencesSerializer(person(request)).data)

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def post(self, request: Request) -> Response:
        asked = PreferencesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sent, user = asked.validated_data, person(request)
        if sent.get("email", user.email) != user.email:
            raise AddressChangesElsewhere
        notifications.change(
            user, kinds=sent.get("preferences"), daily_limit=sent.get("daily_limit")
        )
        return self.get(request)
