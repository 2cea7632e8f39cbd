"""URLs of webhooks, below ``/api/v1/``."""

from agents.news.api.views import DeliveryViewSet, EndpointViewSet
from kernel.api.routing import Router

router = Router()
router.register("webhooks", EndpointViewSet, basename="webhook")
router.register("webhooks/<uuid:endpoint>/deliveries", DeliveryViewSet, basename="webhook-delivery")

urlpatterns = router.urls
