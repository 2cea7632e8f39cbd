"""What templates know of features."""

from django.http import HttpRequest

from features.services import Enabled


def features(request: HttpRequest) -> dict[str, Enabled]:
    """Return ``features``, of whoever asks."""
    return {"features": Enabled(request.user)}
