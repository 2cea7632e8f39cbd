"""What templates know of features."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from features.services import Enabled


def features(request: HttpRequest) -> dict[str, Enabled]:
    """Return ``features``, of whoever asks; of nobody where a request is refused before that is known."""
    return {"features": Enabled(getattr(request, "user", None) or AnonymousUser())}
