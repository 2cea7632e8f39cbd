"""Staff screens of the store: the queue, everything there is to know of a version, and the decision.

Nothing is edited here. Each decision is a page of its own that says what it will do, and goes through
the same actions as the API.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html

from agents.graphs.export import export
from agents.graphs.services import create_agent
from kernel.errors import TrellisError
from store import showing
from store.actions.approve import approve
from store.actions.reject import reject
from store.actions.restore import restore
from store.actions.suspend import suspend
from store.deciding import RIGHT, Comments
from store.models import Decision, Finding, ListingVersion
from store.models.version import LONGEST_COMMENTS
from store.moderation import State

PAGE = "admin:store_listingversion_change"


class LookOnly:
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DecisionForm(forms.Form):
    """What a moderator says with a decision, and what was looked at."""

    comments = forms.CharField(
        label="For the creator",
        required=False,
        max_length=LONGEST_COMMENTS,
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
    )
    internal_comments = forms.CharField(
        label="For moderators only",
        required=False,
        max_length=LONGEST_COMMENTS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class StateFilter(admin.SimpleListFilter):
    """By state, with how many there are; what waits is shown unless something else is chosen."""

    title = "state"
    parameter_name = "state"
    ALL = "all"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = ListingVersion.objects.order_by().values_list("status").annotate(count=Count("pk"))
        counts = dict(rows)
        named = [(state.value, f"{state.capitalize()} ({counts.get(state, 0)})") for state in State]
        return [*named, (self.ALL, f"All ({sum(counts.values())})")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or State.PENDING.value
        return queryset if chosen == self.ALL else queryset.filter(status=chosen)

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or State.PENDING.value
        for value, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == chosen, "query_string": query, "display": title}


class SeverityFilter(admin.SimpleListFilter):
    """By the worst that was found."""

    title = "findings"
    parameter_name = "findings"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((one.value, str(one.label)) for one in Finding.Severity),
            ("none", "Nothing found"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(findings=None)
        return queryset.filter(
            pk__in=Finding.objects.filter(severity=self.value()).values("version")
        )


@admin.register(ListingVersion)
class ListingVersionAdmin(LookOnly, admin.ModelAdmin[ListingVersion]):
    """Versions of listings: those that wait, the oldest first."""

    list_display = ("name", "creator", "number", "status", "submitted_at", "found", "suspended")
    list_filter = (
        StateFilter,
        SeverityFilter,
        ("listing__suspended_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("listing__owner",)
    search_fields = ("name", "listing__slug", "listing__owner__username", "id__exact")
    ordering = ("submitted_at",)
    show_full_result_count = False
    change_form_template = "admin/store/listingversion/change_form.html"
    fieldsets = (
        (None, {"fields": ("status", "creator", "number", "slug", "submitted_at", "said_before")}),
        ("Findings", {"fields": ("findings_found",)}),
        ("What it can do", {"fields": ("abilities", "difference", "estimate", "sub_agents_named")}),
        ("The graph", {"fields": ("drawing", "nodes")}),
        (
            "What it says",
            {
                "fields": (
                    *("name", "sub_heading", "description_shown", "instructions_shown"),
                    *("categories", "pictures_shown", "video_url"),
                    *("recommended_schedule", "changes_summary"),
                )
            },
        ),
        ("History", {"fields": ("history_shown",)}),
    )
    readonly_fields = (
        *(
            "creator",
            "slug",
            "said_before",
            "findings_found",
            "abilities",
            "difference",
            "estimate",
        ),
        *("sub_agents_named", "drawing", "nodes", "description_shown", "instructions_shown"),
        *("pictures_shown", "history_shown"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListingVersion]:
        rows = (
            super().get_queryset(request).select_related("listing__owner", "graph_version__agent")
        )
        dangers = Count("findings", filter=Q(findings__severity=Finding.Severity.DANGER))
        return rows.defer("graph_version__document").annotate(
            dangers=dangers, all_findings=Count("findings")
        )

    def get_urls(self) -> list[URLPattern]:
        named = [
            path(
                f"<uuid:pk>/{name}/",
                self.admin_site.admin_view(partial(self.decide, name=name)),
                name=f"store_listingversion_{name}",
            )
            for name in ("approve", "reject", "suspend", "restore", "try")
        ]
        return [*named, *super().get_urls()]

    def decide(self, request: HttpRequest, pk: UUID, *, name: str) -> HttpResponse:
        """Ask for comments, then decide. Only for moderators."""
        if not (request.user.has_perm(RIGHT) and self.has_view_permission(request)):
            raise PermissionDenied
        version = self.get_queryset(request).filter(pk=pk).first()
        if version is None:
            raise Http404("There is no such version.")
        form = DecisionForm(request.POST or None, initial={"revision": version.revision})
        if request.method == "POST" and form.is_valid():
            try:
                said, leads_to = self._done(request.user, version, name, form.cleaned_data)
            except TrellisError as error:
                form.add_error(None, error.message)
            else:
                self.message_user(request, said, messages.SUCCESS)
                return redirect(leads_to)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{name.capitalize()}: {version}",
            "name": name,
            "version": version,
            "form": form,
            "opts": self.model._meta,
            "says": showing.CONSEQUENCES[name],
        }
        return TemplateResponse(request, "admin/store/listingversion/decide.html", context)

    def _done(
        self, user: Any, version: ListingVersion, name: str, said: dict[str, Any]
    ) -> tuple[str, str]:
        """Return what was done, and the page to go on with."""
        comments = Comments(said["comments"], said["internal_comments"])
        page = reverse(PAGE, args=[version.pk])
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: approve(
                user, version.pk, comments=comments, revision=said["revision"]
            ),
            "reject": lambda: reject(
                user, version.pk, comments=comments, revision=said["revision"]
            ),
            "suspend": lambda: suspend(
                user, version.listing_id, reason=comments.public, internal=comments.internal
            ),
            "restore": lambda: restore(user, version.listing_id, comments=comments.public),
        }
        if name == "try":
            made = create_agent(user, export(version.graph_version), imported=True)
            return "It is among your agents now.", reverse("webui:agent", args=[made.agent_id])
        acts[name]()
        return showing.DONE[name], page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        names = ("approve", "reject", "suspend", "restore", "try")
        shown = names if request.user.has_perm(RIGHT) else ()
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "decisions": shown}
        )

    @admin.display(ordering="listing__owner__username")
    def creator(self, version: ListingVersion) -> str:
        return version.listing.owner.get_username()

    @admin.display(description="address")
    def slug(self, version: ListingVersion) -> str:
        return version.listing.slug

    @admin.display(description="found")
    def found(self, version: Any) -> str:
        if not version.is_screened:
            return "being screened"
        return f"{version.dangers} to settle, {version.all_findings} in all"

    @admin.display(boolean=True)
    def suspended(self, version: ListingVersion) -> bool:
        return version.listing.is_suspended

    @admin.display(description="said of it")
    def said_before(self, version: ListingVersion) -> str:
        return format_html("{} {}", version.review_comments, version.internal_comments)

    @admin.display(description="found")
    def findings_found(self, version: ListingVersion) -> str:
        return showing.findings(version)

    @admin.display(description="in words")
    def abilities(self, version: ListingVersion) -> str:
        return showing.abilities(version)

    @admin.display(description="differs from what people get now")
    def difference(self, version: ListingVersion) -> str:
        return showing.difference(version)

    @admin.display(description="a run may cost")
    def estimate(self, version: ListingVersion) -> str:
        return showing.estimate(version)

    @admin.display(description="agents that come along")
    def sub_agents_named(self, version: ListingVersion) -> str:
        return ", ".join(str(one) for one in version.sub_agents.defer("document")) or "none"

    @admin.display(description="from afar")
    def drawing(self, version: ListingVersion) -> str:
        return showing.drawing(version)

    @admin.display(description="its nodes")
    def nodes(self, version: ListingVersion) -> str:
        return showing.nodes(version)

    @admin.display(description="description")
    def description_shown(self, version: ListingVersion) -> str:
        return showing.text(version.description)

    @admin.display(description="instructions")
    def instructions_shown(self, version: ListingVersion) -> str:
        return showing.text(version.instructions)

    @admin.display(description="pictures")
    def pictures_shown(self, version: ListingVersion) -> str:
        return showing.pictures(version)

    @admin.display(description="decisions")
    def history_shown(self, version: ListingVersion) -> str:
        return showing.history(Decision.objects.filter(listing_id=version.listing_id))
