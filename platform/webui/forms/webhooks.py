"""The form of a webhook."""

from typing import Any

from django import forms

from accounts.models import User
from agents.graphs.models import GraphVersion
from agents.news.events import EventType
from agents.news.models import LONGEST_NAME, LONGEST_URL, Endpoint

EVENTS = {
    EventType.COMPLETED: "A run has completed",
    EventType.FAILED: "A run has failed",
    EventType.STOPPED: "A run was stopped",
    EventType.REVIEW_REQUESTED: "A run waits for an approval",
}
MOST_AGENTS = 500  # that the choice offers


class WebhookForm(forms.Form):
    """What is called, when, and about which agent."""

    name = forms.CharField(max_length=LONGEST_NAME, required=False, help_text="For your list.")
    url = forms.CharField(
        max_length=LONGEST_URL,
        label="Address",
        help_text="It is called by POST, with JSON and a signature.",
        widget=forms.URLInput({"placeholder": "https://example.org/trellis"}),
    )
    events = forms.MultipleChoiceField(
        choices=[(event.value, text) for event, text in EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        label="When",
    )
    agent = forms.TypedChoiceField(required=False, coerce=str, empty_value=None, label="Agent")
    is_active = forms.BooleanField(
        required=False, label="On", widget=forms.CheckboxInput({"role": "switch"})
    )

    def __init__(self, owner: User, endpoint: Endpoint | None = None, data: Any = None) -> None:
        initial = {"events": [EventType.FAILED.value], "is_active": True}
        if endpoint is not None:
            initial = {
                "name": endpoint.name,
                "url": endpoint.url,
                "events": endpoint.events,
                "agent": str(endpoint.agent_id or ""),
                "is_active": endpoint.is_active,
            }
        super().__init__(data, initial=initial)
        self.fields["agent"].choices = [("", "All of my agents"), *_agents(owner)]  # type: ignore[attr-defined]
        if endpoint is None:
            del self.fields["is_active"]

    @property
    def said(self) -> dict[str, Any]:
        """Return what the valid form says, as `services` take it; of a change, what differs."""
        said = {name: self.cleaned_data[name] for name in self.fields if name != "agent"}
        return {**said, "agent_id": self.cleaned_data["agent"]}

    @property
    def changes(self) -> dict[str, Any]:
        """Return what the valid form says that is not so already."""
        names = {"agent_id" if name == "agent" else name for name in self.changed_data}
        return {name: value for name, value in self.said.items() if name in names}


def _agents(owner: User) -> list[tuple[str, str]]:
    rows = GraphVersion.objects.visible_to(owner).filter(is_active=True).order_by("name")
    return [
        (str(pk), name or "Without a name")
        for pk, name in rows.values_list("agent", "name")[:MOST_AGENTS]
    ]
