"""Django's administration, in which no change is without its line in the audit log."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.http import HttpRequest

from audit import labels, trail
from audit.actions import Action


class Audited(ModelAdmin[Any]):
    """Writes a line beside each of the administration's own log."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(Action.STAFF_ADDED, request, obj, message)
        line = super().log_addition(request, obj, message)
        _unname([line], [obj])
        return line

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(Action.STAFF_CHANGED, request, obj, message)
        line = super().log_change(request, obj, message)
        _unname([line], [obj])
        return line

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            _record(Action.STAFF_DELETED, request, obj, "")
        lines = super().log_deletions(request, queryset)
        _unname(lines, queryset)
        return lines


class AuditedAdminSite(AdminSite):
    """Each view is one transaction, unless its screens say ``own_transactions``."""

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        shown = admin_class or ModelAdmin
        names = {"__module__": shown.__module__, "__doc__": shown.__doc__}
        super().register(
            model_or_iterable, type(shown.__name__, (Audited, shown), names), **options
        )

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        screens = getattr(view, "__self__", None)
        if not getattr(screens, "own_transactions", False):
            view = transaction.atomic(view)
        return super().admin_view(view, cacheable)


def _record(action: Action, request: HttpRequest, obj: models.Model, message: Any) -> None:
    trail.record(
        action,
        thing=obj,
        owner=_owner_of(obj),
        details={"changes": _in_words(message)} if message else {},
        request=request,
    )


def _unname(lines: list[LogEntry], rows: Iterable[models.Model]) -> None:
    """Call things in Django's own log what ours calls them: it outlives people, too."""
    for line, row in zip(lines, rows, strict=True):
        line.object_repr = (labels.label_of(row) or f"{row._meta.verbose_name} {row.pk}")[:200]
    LogEntry.objects.bulk_update(lines, ["object_repr"])


def _owner_of(obj: models.Model) -> Any:
    """Return the id of the person whose row it is; None where it belongs to nobody."""
    if obj._meta.label == "accounts.User":
        return obj.pk
    for name in ("owner_id", "user_id"):
        if (found := getattr(obj, name, None)) is not None:
            return found
    return None


def _in_words(message: Any) -> str:
    """Return the administration's message, which names fields and no values."""
    return LogEntry(change_message=_json(message)).get_change_message()


def _json(message: Any) -> str:
    return message if isinstance(message, str) else json.dumps(message)
