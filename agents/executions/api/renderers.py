"""How events leave as a stream."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from kernel.api.json import JSONRenderer


class EventStreamRenderer(BaseRenderer):
    """Chosen by ``Accept: text/event-stream``; the view streams, only refusals come here."""

    media_type = "text/event-stream"
    format = "stream"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return JSONRenderer().render(data, "application/json", renderer_context)
