"""URLs of signing in."""

from accounts.api.views import RefreshView, TokenView
from kernel.api.routing import slash

urlpatterns = [
    slash("auth/token/", TokenView.as_view(), name="token"),
    slash("auth/token/refresh/", RefreshView.as_view(), name="token-refresh"),
]
