"""How statuses, durations and values are shown."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import now

from accounts.models import User
from agents.executions.models import Review
from notifications.models import Notification
from webui.timeline import Bar, Spans
from webui.values import Shown, one_line, shown

register = template.Library()

WORDS = {
    "": "All",
    "UNFINISHED": "Unfinished",
    "QUEUED": "Queued",
    "RUNNING": "Running",
    "WAITING": "Waiting",
    "INCOMPLETE": "Lacks inputs",
    "COMPLETED": "Completed",
    "FAILED": "Failed",
    "TERMINATED": "Stopped",
}

register.filter("shown", shown)
register.filter("one_line", one_line)


MOST_COUNTED = 100


@register.simple_tag
def open_reviews(user: User) -> str:
    """Return how many reviews wait for the person, as a short word; empty for none."""
    return _short(Review.objects.visible_to(user).open()[:MOST_COUNTED].count())


def _short(count: int) -> str:
    return f"{MOST_COUNTED - 1}+" if count == MOST_COUNTED else str(count or "")


@register.simple_tag
def unread_notifications(user: User) -> str:
    """Return how many notifications the person has not read, as a short word; empty for none."""
    return _short(Notification.objects.visible_to(user).unread()[:MOST_COUNTED].count())


@register.filter
def status_word(status: str) -> str:
    """Return the status as people say it."""
    return WORDS.get(status, status.title())


@register.filter
def code_spans(text: str) -> SafeString:
    """Return the text with what stands between two backticks as code."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return conditional_escape(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", part) if number % 2 else part,)
            for number, part in enumerate(parts)
        ),
    )


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago the moment was: `just now`, `3 minutes ago`."""
    if now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def duration(length: timedelta | None) -> str:
    """Return a length of time in its two greatest units: `1.2 s`, `3 min 5 s`, `2 h 10 min`."""
    if length is None:
        return "–"
    seconds = max(length.total_seconds(), 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min {rest} s"
    return f"{hours} h {minutes} min"


@register.simple_tag
def bars(spans: Spans, length: int) -> list[Bar]:
    """Return the bars of a node execution in a run that took so many milliseconds."""
    return list(spans.bars(length))


@register.filter
def milliseconds(length: int) -> timedelta:
    """Return the length of time, which `duration` then says."""
    return timedelta(milliseconds=length)


@register.inclusion_tag("webui/parts/status.html")
def status(value: str, live: Any = False) -> dict[str, Any]:
    """Show a status as a coloured word."""
    return {"status": value, "word": status_word(value), "live": live}


@register.inclusion_tag("webui/parts/value.html")
def value(what: Any, url: str = "") -> dict[str, Any]:
    """Show a value as text; where it is cut, the address has all of it."""
    return {"value": what if isinstance(what, Shown) else shown(what), "url": url}
