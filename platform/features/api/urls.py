"""URLs of features, below ``/api/v1/``."""

from features.api.views import FlagsView
from kernel.api.routing import slash

urlpatterns = [slash("flags/", FlagsView.as_view(), name="flags")]
