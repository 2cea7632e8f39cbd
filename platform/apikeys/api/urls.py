"""URLs of API keys, below ``/api/v1/``."""

from apikeys.api.views import ApiKeyViewSet
from kernel.api.routing import Router

router = Router()
router.register("api-keys", ApiKeyViewSet, basename="api-key")

urlpatterns = router.urls
