"""URLs of presets, below ``/api/v1/``."""

from agents.presets.api.views import PresetViewSet
from kernel.api.routing import Router

router = Router()
router.register("library/presets", PresetViewSet, basename="preset")

urlpatterns = router.urls
