"""URLs of notifications, below ``/api/v1/``."""

from kernel.api.routing import Router
from notifications.api.views import NotificationViewSet

router = Router()
router.register("notifications", NotificationViewSet, basename="notification")

urlpatterns = router.urls
