"""What was done with the person's account and things, and by whom."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from audit.actions import Action
from audit.looking import chosen
from audit.models import Entry
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30
KINDS = {
    "": "Everything",
    "account.": "Account",
    "key.": "API keys",
    "agent.": "Agents",
    "run.": "Runs",
    "review.": "Reviews",
    "file.": "Files",
    "staff.": "By staff",
}


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's own lines of the audit log, newest first."""
    asked = request.GET.get("kind", "")
    asked = asked if asked in KINDS else ""
    rows = chosen(
        Entry.objects.visible_to(request.user).owned_by(request.user).with_people(),
        {"action": asked},
        reader=request.user,
    )
    found = page_of(rows.order_by("-created", "-pk"), request.GET, size=SIZE)
    context = {
        "page": found,
        "lines": [(line, line.is_by_another_than(request.user)) for line in found.items],
        "kinds": KINDS.items(),
        "asked": asked,
        "refused": Entry.Outcome.REFUSED,
        "failed": Action.SIGN_IN_FAILED,
    }
    return render(request, "account/activity.html", context)
