"""What OPTIONS says of an address."""

from typing import Any

from rest_framework.metadata import SimpleMetadata
from rest_framework.request import Request


class Metadata(SimpleMetadata):
    """Its name and media types. The shapes of bodies are in the OpenAPI file, for everybody alike."""

    def determine_actions(self, request: Request, view: Any) -> dict[str, Any]:
        """Return nothing: finding out what the caller could send would look at rows."""
        return {}
