"""A person's file as the answer to a request."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from uploads.models import Upload
from uploads.services import read

# Whatever is in a file, a browser keeps it and opens nothing.
HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def download(upload: Upload) -> HttpResponse:
    """Return what is in the file, to be kept under its name. Raises FileNotFound."""
    answer = HttpResponse(read(upload), upload.content_type, headers=HARMLESS)
    answer["Content-Disposition"] = str(content_disposition_header(True, upload.name))
    return answer
