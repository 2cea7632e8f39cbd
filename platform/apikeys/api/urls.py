"""URLs of API keys, below ``/api/v1/``."""

from apikeys.api.tickets import TicketView
from apikeys.api.views import ApiKeyViewSet
from kernel.api.routing import Router, slash

router = Router()
router.register("api-keys", ApiKeyViewSet, basename="api-key")

urlpatterns = [
    slash("auth/ticket/", TicketView.as_view(), name="ticket"),
    *router.urls,
]
