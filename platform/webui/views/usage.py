"""What a person used of which limit."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from quotas.allowance import Quota, in_units
from quotas.counting import standing
from quotas.policy import DEEDS, Level, Rate, Who
from quotas.runs import standing_of
from webui.views.pages import PageRequest, page, render


@dataclass(frozen=True)
class Shown:
    """A quota in words, and how full it is."""

    name: str
    used: str
    limit: str  # "" where nothing limits it
    percent: int


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show runs, storage and rates."""
    found = standing_of(request.user)
    context = {
        "runs": [
            (_shown(f"Runs this {one.period}", one, "{:,}".format), one.resets_at)
            for one in found.runs
        ],
        "storage": _shown("Storage", found.storage, in_units),
        "rates": [_rate(one) for one in standing(request) if one.window.subject.who is Who.USER],
    }
    return render(request, "account/usage.html", context)


def _shown(name: str, quota: Quota, words: object) -> Shown:
    assert callable(words)
    limit = "" if quota.limit is None else words(quota.limit)
    percent = min(100, round(100 * quota.used / quota.limit)) if quota.limit else 0
    return Shown(name, words(max(0, quota.used)), limit, percent)


def _rate(level: Level) -> tuple[str, Rate, int]:
    """Return what is counted, the rate, and how much is used of it just now."""
    window = level.window
    return DEEDS[window.kind].capitalize(), window.rate, level.counted
