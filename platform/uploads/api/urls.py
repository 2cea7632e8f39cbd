"""URLs of files, below ``/api/v1/``."""

from kernel.api.routing import Router
from uploads.api.views import UploadViewSet

router = Router()
router.register("files", UploadViewSet, basename="file")

urlpatterns = router.urls
