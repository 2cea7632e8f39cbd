"""URLs of signing in and out."""

from accounts.api.views import RefreshView, RevokeView, SignOutEverywhereView, TokenView
from kernel.api.routing import slash

urlpatterns = [
    slash("auth/token/", TokenView.as_view(), name="token"),
    slash("auth/token/refresh/", RefreshView.as_view(), name="token-refresh"),
    slash("auth/token/revoke/", RevokeView.as_view(), name="token-revoke"),
    slash("auth/sign-out-everywhere/", SignOutEverywhereView.as_view(), name="sign-out-everywhere"),
]
