"""Every URL: the API, the staff screens, and the pages."""

from django.contrib import admin
from django.urls import include, path

# Django looks these up by name.
from kernel.api.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("", include("webui.urls")),
]
