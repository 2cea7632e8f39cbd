"""URLs of libraries and of what people say of agents, below ``/api/v1/``."""

from kernel.api.routing import Router, slash
from store.api.library_views import FolderViewSet, LibraryAgentViewSet
from store.api.review_views import (
    AnswerView,
    ListingReportView,
    ReviewReportView,
    ReviewsView,
    ReviewView,
)

router = Router()
router.register("library/agents", LibraryAgentViewSet, basename="library-agent")
router.register("library/folders", FolderViewSet, basename="library-folder")
AGENT = "store/agents/<str:username>/<slug:slug>"

urlpatterns = [
    *router.urls,
    slash(f"{AGENT}/review/", ReviewView.as_view(), name="listing-review"),
    slash(f"{AGENT}/reviews/", ReviewsView.as_view(), name="listing-reviews"),
    slash(f"{AGENT}/report/", ListingReportView.as_view(), name="listing-report"),
    slash("store/reviews/<uuid:pk>/answer/", AnswerView.as_view(), name="review-answer"),
    slash("store/reviews/<uuid:pk>/report/", ReviewReportView.as_view(), name="review-report"),
]
