"""The API: every app's URLs below ``/api/v1/``, and the pages that describe them."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from kernel.api.errors import unknown_url
from kernel.api.routing import slash

v1 = [
    path("", include("accounts.api.urls")),
    path("", include("apikeys.api.urls")),
    path("", include("features.api.urls")),
    path("", include("audit.api.urls")),
    path("", include("notifications.api.urls")),
    path("", include("uploads.api.urls")),
    path("", include("knowledge.api.urls")),
    path("", include("credentials.api.urls")),
    path("", include("quotas.api.urls")),
    path("", include("blocks.api.urls")),
    path("", include("blocks.openapi.api.urls")),
    path("", include("agents.graphs.api.urls")),
    path("", include("agents.executions.api.urls")),
    path("", include("agents.news.api.urls")),
    path("", include("agents.presets.api.urls")),
    path("", include("agents.schedules.api.urls")),
    path("", include("agents.triggers.api.urls")),
    path("", include("market.api.urls")),
    path("", include("store.api.library_urls")),
    path("", include("store.api.submission_urls")),
]

# Ours, because the library's page has its styles written into it.
docs = SpectacularSwaggerSplitView.as_view(metadata_class=None, template_name="webui/docs.html")

urlpatterns = [
    path("v1/", include(v1)),
    slash("schema/", SpectacularAPIView.as_view(), name="schema"),
    slash("docs/", docs, name="docs"),
    re_path("", unknown_url),  # everything else
]
