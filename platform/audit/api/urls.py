"""URLs of the audit log, below ``/api/v1/``."""

from audit.api.views import AuditViewSet
from kernel.api.routing import Router

router = Router()
router.register("audit", AuditViewSet, basename="audit")

urlpatterns = router.urls
