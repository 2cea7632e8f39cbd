"""URLs of schedules, below ``/api/v1/``."""

from agents.schedules.api.views import AgentSchedulesView, ScheduleViewSet
from kernel.api.routing import Router, slash

router = Router()
router.register("schedules", ScheduleViewSet, basename="schedule")

urlpatterns = [
    slash(
        "graphs/<uuid:agent_id>/schedules/",
        AgentSchedulesView.as_view({"get": "list", "post": "create"}),
        name="graph-schedules",
    ),
    *router.urls,
]
