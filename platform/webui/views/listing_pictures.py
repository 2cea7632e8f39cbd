"""Pictures of listings."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kernel.errors import NotFound
from store import pictures
from store.drawing import MEDIA_TYPE
from webui.views.profile import FOR_EVER, SEALED


@require_safe
@login_not_required
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return a picture of a listing, to whoever knows its address: nobody can guess one."""
    try:
        content = pictures.content(pk)
    except NotFound:
        raise Http404("There is no such picture.") from None
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Cache-Control"] = FOR_EVER
    response["Content-Security-Policy"] = SEALED
    response["Content-Disposition"] = 'inline; filename="picture.webp"'
    return response
