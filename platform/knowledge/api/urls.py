"""URLs of knowledge, below ``/api/v1/``."""

from kernel.api.routing import Router
from knowledge.api.views import CollectionViewSet

router = Router()
router.register("knowledge", CollectionViewSet, basename="collection")

urlpatterns = router.urls
