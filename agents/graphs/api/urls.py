"""URLs of agents, below ``/api/v1/``."""

from agents.graphs.api.views import GraphViewSet
from kernel.api.routing import Router

router = Router()
router.register("graphs", GraphViewSet, basename="graph")

urlpatterns = router.urls
