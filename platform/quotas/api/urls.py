"""URLs of quotas, below ``/api/v1/``."""

from django.urls import URLPattern

from kernel.api.routing import slash
from quotas.api.views import UsageView

urlpatterns: list[URLPattern] = [slash("usage/", UsageView.as_view(), name="usage")]
