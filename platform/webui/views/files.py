"""A person's own files: what they sent in, for runs to read."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from kernel.errors import TrellisError
from quotas.storage import storage_of
from uploads import services
from uploads.answers import download
from uploads.errors import FileNotFound
from uploads.models import Upload
from webui.forms.files import UploadForm
from webui.paging import page_of
from webui.quotas import shown_storage
from webui.views.pages import PageRequest, page, render

SIZE = 30


@require_http_methods(["GET", "POST"])
@page
def index(request: PageRequest) -> HttpResponseBase:
    """Show the person's files, newest first; keep one more."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            kept = form.keep(request.user.pk)
        except TrellisError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, f"“{kept.name}” is one of your files.")
            return redirect("webui:files")
    return _list(request, form)


@require_safe
@page
def content(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return what is in the file."""
    return download(_file(request, pk))


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask once more; then delete the file."""
    file = _file(request, pk)
    if request.method == "GET":
        return render(request, "account/files/delete.html", {"file": file})
    services.discard(file)
    messages.success(request, f"“{file.name}” is deleted.")
    return redirect("webui:files")


def _list(request: PageRequest, form: UploadForm) -> HttpResponse:
    mine = Upload.objects.visible_to(request.user)
    found = page_of(mine.order_by("-created", "-pk"), request.GET, size=SIZE)
    context = {
        "page": found,
        "files": found.items,
        "form": form,
        "storage": shown_storage(storage_of(request.user.pk)),
        "days": settings.UPLOADS["retention_days"],
    }
    return render(request, "account/files/list.html", context, status=400 if form.errors else 200)


def _file(request: PageRequest, pk: UUID) -> Upload:
    found = Upload.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise FileNotFound
    return found
