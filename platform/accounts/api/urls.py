"""URLs of signing in and out."""

from accounts.api.ownership import ErasureView, ExportFileView, ExportView
from accounts.api.profiles import AvatarView, EmailView, PreferencesView, ProfileView
from accounts.api.views import (
    RefreshView,
    RevokeView,
    SignOutEverywhereView,
    TimeZoneView,
    TokenView,
    UserView,
)
from kernel.api.routing import slash

urlpatterns = [
    slash("auth/user/", UserView.as_view(), name="user"),
    slash("auth/user/timezone/", TimeZoneView.as_view(), name="user-timezone"),
    slash("auth/user/profile/", ProfileView.as_view(), name="user-profile"),
    slash("auth/user/avatar/", AvatarView.as_view(), name="user-avatar"),
    slash("auth/user/email/", EmailView.as_view(), name="user-email"),
    slash("auth/user/preferences/", PreferencesView.as_view(), name="user-preferences"),
    slash("auth/user/export/", ExportView.as_view(), name="user-export"),
    slash("auth/user/export/file/", ExportFileView.as_view(), name="user-export-file"),
    slash("auth/user/delete/", ErasureView.as_view(), name="user-delete"),
    slash("auth/token/", TokenView.as_view(), name="token"),
    slash("auth/token/refresh/", RefreshView.as_view(), name="token-refresh"),
    slash("auth/token/revoke/", RevokeView.as_view(), name="token-revoke"),
    slash("auth/sign-out-everywhere/", SignOutEverywhereView.as_view(), name="sign-out-everywhere"),
]
