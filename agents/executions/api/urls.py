"""URLs of runs, below ``/api/v1/``."""

from agents.executions.api.credential_limits import CredentialLimitViewSet
from agents.executions.api.drafts import StartDraftView
from agents.executions.api.mcp import McpToolsView
from agents.executions.api.mcp_server import McpServerView
from agents.executions.api.reviews import ReviewViewSet
from agents.executions.api.shares import SharedRunView, ShareViewSet
from agents.executions.api.signals import SignalsView
from agents.executions.api.views import ExecutionViewSet, RunBlockView, StartExecutionView
from kernel.api.routing import Router, slash

router = Router()
router.register("executions", ExecutionViewSet, basename="execution")
router.register("credential-limits", CredentialLimitViewSet, basename="credential-limit")
router.register("reviews", ReviewViewSet, basename="review")

urlpatterns = [
    slash("graphs/<uuid:agent_id>/execute/", StartExecutionView.as_view(), name="graph-execute"),
    slash(
        "graphs/<uuid:agent_id>/execute/<int:version>/",
        StartExecutionView.as_view(),
        name="graph-version-execute",
    ),
    slash("graphs/<uuid:agent_id>/draft/execute/", StartDraftView.as_view(), name="draft-execute"),
    slash("blocks/<str:block_id>/execute/", RunBlockView.as_view(), name="block-execute"),
    slash("mcp/", McpServerView.as_view(), name="mcp"),
    slash("mcp/tools/", McpToolsView.as_view(), name="mcp-tools"),
    slash("executions/<uuid:pk>/signals/", SignalsView.as_view(), name="execution-signals"),
    slash(
        "executions/<uuid:run>/shares/",
        ShareViewSet.as_view({"get": "list", "post": "create"}),
        name="share-list",
    ),
    slash(
        "executions/<uuid:run>/shares/<uuid:share>/",
        ShareViewSet.as_view({"delete": "destroy"}),
        name="share-detail",
    ),
    slash("public/shared/<str:token>/", SharedRunView.as_view(), name="shared-run"),
    *router.urls,
]
