"""What a person used of which limit."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from quotas.counting import standing
from quotas.policy import DEEDS, Level, Rate, Who
from quotas.runs import standing_of
from webui.quotas import shown, shown_storage
from webui.views.pages import PageRequest, page, render


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show runs, storage and rates."""
    found = standing_of(request.user)
    context = {
        "runs": [
            (shown(f"Runs this {one.period}", one, "{:,}".format), one.resets_at)
            for one in found.runs
        ],
        "storage": shown_storage(found.storage),
        "rates": [_rate(one) for one in standing(request) if one.window.subject.who is Who.USER],
    }
    return render(request, "account/usage.html", context)


def _rate(level: Level) -> tuple[str, Rate, int]:
    """Return what is counted, the rate, and how much is used of it just now."""
    window = level.window
    return DEEDS[window.kind].capitalize(), window.rate, level.counted
