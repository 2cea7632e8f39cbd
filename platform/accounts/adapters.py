"""Where allauth asks us: who may sign up, where people go, how mail is sent."""

import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import encryption, services
from accounts.models import User

logger = logging.getLogger(__name__)
STAGE = "allauth.account.stages.EmailVerificationStage"
OUR_STAGE = "accounts.stages.VerificationStage"
NOT_SENT = "The mail could not be sent just now. Sign in to have it sent again."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People who sign in here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP == "open")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.signed_up = True
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def is_safe_url(self, url: str | None) -> bool:
        """Whether somebody may be led there: addresses of this host only."""
        return url_has_allowed_host_and_scheme(
            url, {self.request.get_host()}, require_https=self.request.is_secure()
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, or say that it was not sent: an account does not fail with its mail."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("mail not sent", extra={"action": "mail", "mail": template_prefix})
            messages.warning(self.request, NOT_SENT)

    def get_login_stages(self) -> list[str]:
        stages: list[str] = super().get_login_stages()
        return [OUR_STAGE if stage == STAGE else stage for stage in stages]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_change_password")


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Sessions that end elsewhere take with them those that no list knows, and all tokens."""

    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        super().end_sessions(sessions)
        request = context.request
        with transaction.atomic():
            services.sign_out_everywhere(request.user)
            # This one session goes on, and so do its sockets: they never see it without its mark.
            request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
            request.session.save()
            UserSession.objects.create_from_request(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People who come by another site's account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return settings.SIGN_UP in {"open", "providers"}

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        sociallogin.user.signed_up = True
        saved: User = super().save_user(request, sociallogin, form)
        return saved


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, whose secrets are not readable in the database."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def _get_user_identifier(self, user: User) -> str:
        return user.username
