"""URLs of credentials, below ``/api/v1/``."""

from credentials.api.views import (
    CallbackView,
    CredentialListView,
    CredentialViewSet,
    LoginView,
    ProvidersView,
)
from kernel.api.routing import Router, slash

router = Router()
router.register("integrations/credentials", CredentialListView, basename="credentials")
router.register(
    "integrations/<slug:provider>/credentials", CredentialViewSet, basename="credential"
)

urlpatterns = [
    slash("integrations/providers/", ProvidersView.as_view(), name="providers"),
    slash("integrations/<slug:provider>/login/", LoginView.as_view(), name="provider-login"),
    slash(
        "integrations/<slug:provider>/callback/", CallbackView.as_view(), name="provider-callback"
    ),
    *router.urls,
]
