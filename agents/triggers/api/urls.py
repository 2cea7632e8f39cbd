"""URLs of triggers, below ``/api/v1/``."""

from agents.triggers.api.views import AgentTriggersView, KindsView, SetUpTriggerView, TriggerViewSet
from kernel.api.routing import Router, slash

router = Router()
router.register("triggers", TriggerViewSet, basename="trigger")

urlpatterns = [
    slash("triggers/kinds/", KindsView.as_view(), name="trigger-kinds"),
    slash("graphs/<uuid:agent_id>/triggers/", AgentTriggersView.as_view(), name="agent-triggers"),
    slash("library/presets/setup-trigger/", SetUpTriggerView.as_view(), name="setup-trigger"),
    *router.urls,
]
