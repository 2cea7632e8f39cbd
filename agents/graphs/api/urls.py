"""URLs of agents, below ``/api/v1/``."""

from agents.graphs.api.drafts import DraftView, PublishDraftView, RestoreDraftView
from agents.graphs.api.views import GraphViewSet
from kernel.api.routing import Router, slash

router = Router()
router.register("graphs", GraphViewSet, basename="graph")

urlpatterns = [
    slash("graphs/<uuid:agent_id>/draft/", DraftView.as_view(), name="draft"),
    slash(
        "graphs/<uuid:agent_id>/draft/publish/", PublishDraftView.as_view(), name="draft-publish"
    ),
    slash(
        "graphs/<uuid:agent_id>/draft/restore/", RestoreDraftView.as_view(), name="draft-restore"
    ),
    *router.urls,
]
