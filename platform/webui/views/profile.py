"""What a person shows of itself, and which mails it wants."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import avatars, notifications, profiles
from accounts.profiles import UsernameTaken
from kernel.errors import TrellisError
from webui.forms.account import NotificationsForm, ProfileForm
from webui.views.pages import PageRequest, page, render

# Its address changes with the picture. Private: what a session notes may travel with it.
FOR_EVER = "private, max-age=31536000, immutable"
SEALED = "default-src 'none'; sandbox"


@require_http_methods(["GET", "POST"])
@page
def profile(request: PageRequest) -> HttpResponseBase:
    """Show the profile; change it."""
    avatar = profiles.avatar_of(request.user)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProfileForm(request.user, avatar is not None, *sent)
    if sent and form.is_valid() and _save(request, form):
        messages.success(request, "The profile is saved.")
        return redirect("webui:profile")
    context = {"form": form, "avatar": avatar}
    return render(request, "account/profile.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def mails(request: PageRequest) -> HttpResponseBase:
    """Show which mails the person wants; change it."""
    form = NotificationsForm(notifications.preferences_of(request.user), request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit = form.cleaned_data["daily_limit"]
        notifications.change(request.user, kinds=form.kinds, daily_limit=limit)
        messages.success(request, "Your choice is saved.")
        return redirect("webui:mails")
    context = {"form": form}
    return render(request, "account/mails.html", context, status=400 if form.errors else 200)


@require_safe
@login_not_required
def avatar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Return a picture of somebody, to whoever knows its address: nobody can guess one."""
    found = avatars.find(pk)
    if found is None:
        raise Http404("There is no such picture.")
    response = HttpResponse(bytes(found.content), content_type=avatars.MEDIA_TYPE)
    response["Cache-Control"] = FOR_EVER
    response["Content-Security-Policy"] = SEALED
    response["Content-Disposition"] = 'inline; filename="avatar.webp"'
    return response


def _save(request: PageRequest, form: ProfileForm) -> bool:
    """Save all that the form changes. False: nothing was saved, and the form says why."""
    try:
        with transaction.atomic():
            profiles.change(request.user, form.changes)
            if picture := form.cleaned_data.get("picture"):
                avatars.change(request.user, picture)
            elif form.cleaned_data.get("remove_picture"):
                avatars.remove(request.user)
    except ValidationError as error:
        form.add_error(None, error)
    except UsernameTaken as error:
        form.add_error("username", error.message)
    except TrellisError as error:
        form.add_error("picture", error.message)
    return form.is_valid()
