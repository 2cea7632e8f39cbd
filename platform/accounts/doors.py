"""Addresses of allauth's pages, in our words. Each answers with and without its trailing slash.

allauth leads people by the names, so every name that it may use has its address here. A test
compares them.

Each is one transaction: what is done to an account and what the audit log tells of it come together.
"""

from collections.abc import Iterable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.urls import build_provider_urlpatterns
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path, re_path

from kernel.api.routing import slash

entrance = [
    slash("sign-in/", account.login, name="account_login"),
    slash("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    slash("sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    slash("sign-out/", account.logout, name="account_logout"),
    slash("sign-up/", account.signup, name="account_signup"),
    slash(
        "sign-up/verify/", account.email_verification_sent, name="account_email_verification_sent"
    ),
    slash("sign-up/verify/<str:key>/", account.confirm_email, name="account_confirm_email"),
    slash("account/inactive/", account.account_inactive, name="account_inactive"),
]

password = [
    slash("account/password/", account.password_change, name="account_change_password"),
    slash("account/password/set/", account.password_set, name="account_set_password"),
    slash("account/password/reset/", account.password_reset, name="account_reset_password"),
    slash(
        "account/password/reset/sent/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    slash(
        "account/password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

person = [
    slash("account/email/", account.email, name="account_email"),
    slash("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    slash("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
]

second_factor = [
    slash("account/two-factor/", mfa.index, name="mfa_index"),
    slash("account/two-factor/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    slash("account/two-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    slash("account/two-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    slash(
        "account/two-factor/codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    slash(
        "account/two-factor/codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    slash(
        "account/two-factor/codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    slash("account/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    slash("account/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    slash(
        "account/passkeys/confirm/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    slash("account/passkeys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    slash(
        "account/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"
    ),
]

other_sites = [
    slash("account/connections/", social.connections, name="socialaccount_connections"),
    slash("sign-in/other/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    slash(
        "sign-in/other/error/",
        login_not_required(social.login_error),
        name="socialaccount_login_error",
    ),
    slash("sign-up/other/", social.signup, name="socialaccount_signup"),
    path("sign-in/with/", include(build_provider_urlpatterns())),
]

urlpatterns = [*entrance, *password, *person, *second_factor, *other_sites]


def _in_one_transaction(patterns: Iterable[URLPattern | URLResolver]) -> None:
    for one in patterns:
        if isinstance(one, URLResolver):
            _in_one_transaction(one.url_patterns)
        else:
            one.callback = transaction.atomic(one.callback)


_in_one_transaction(urlpatterns)
