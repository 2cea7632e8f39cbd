"""URLs of the catalogue, below ``/api/v1/``."""

from blocks.api.views import BlockViewSet
from kernel.api.routing import Router

router = Router()
router.register("blocks", BlockViewSet, basename="block")

urlpatterns = router.urls
