"""URLs of the catalogue, below ``/api/v1/``."""

from blocks.api.carried import CarriedBlocksView
from blocks.api.views import BlockViewSet
from kernel.api.routing import Router, slash

router = Router()
router.register("blocks", BlockViewSet, basename="block")

urlpatterns = [
    slash("blocks/carried/", CarriedBlocksView.as_view(), name="carried-blocks"),
    *router.urls,
]
