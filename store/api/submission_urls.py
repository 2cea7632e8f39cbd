"""URLs of what creators send and moderators decide, below ``/api/v1/``."""

from kernel.api.routing import Router, slash
from store.api.moderation_views import ModerationViewSet, ReviewView
from store.api.submission_views import MyAgentsView, PicturesView, SubmissionViewSet

router = Router()
router.register("store/submissions", SubmissionViewSet, basename="submission")
router.register("store/admin/listings", ModerationViewSet, basename="moderated-listing")

urlpatterns = [
    slash("store/submissions/media/", PicturesView.as_view(), name="submission-media"),
    slash("store/myagents/", MyAgentsView.as_view(), name="store-my-agents"),
    slash(
        "store/admin/submissions/<uuid:pk>/review/", ReviewView.as_view(), name="submission-review"
    ),
    *router.urls,
]
