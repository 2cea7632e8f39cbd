"""URLs of imported APIs, below ``/api/v1/``."""

from blocks.openapi.api.views import ApiViewSet
from kernel.api.routing import Router

router = Router()
router.register("apis", ApiViewSet, basename="api")

urlpatterns = router.urls
