"""The forms of API keys."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import now

from apikeys.models import LONGEST_DESCRIPTION, LONGEST_NAME, ApiKey
from kernel.access import Scope

SCOPES = {
    Scope.READ_GRAPH: "See agents, their runs and reviews",
    Scope.EXECUTE_GRAPH: "Start, stop and answer runs",
    Scope.WRITE_GRAPH: "Make, change and delete agents",
    Scope.READ_BLOCK: "See blocks",
    Scope.EXECUTE_BLOCK: "Run a block alone",
    Scope.READ_INTEGRATIONS: "See credentials and their limits, not their secrets",
    Scope.MANAGE_INTEGRATIONS: "Add and change credentials, set their limits",
    Scope.DELETE_INTEGRATIONS: "Delete credentials, remove their limits",
    Scope.READ_STORE: "See the store",
    Scope.WRITE_LIBRARY: "Change the library",
    Scope.USE_TOOLS: "Use tools",
    Scope.IDENTITY: "See whose key it is, and manage keys that may do no more",
}
USUAL = [Scope.READ_GRAPH, Scope.EXECUTE_GRAPH, Scope.READ_BLOCK]
DAYS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "never")]
GRACES = [
    ("0", "at once"),
    ("3600", "in an hour"),
    ("86400", "in a day"),
    ("604800", "in 7 days"),
]


class KeyForm(forms.Form):
    """What a key is called, and what it may do."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="Where it is used, such as “nightly report”."
    )
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, text) for scope, text in SCOPES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
    )

    @property
    def chosen(self) -> Collection[Scope]:
        """Return the scopes of the valid form."""
        return [Scope(name) for name in self.cleaned_data["scopes"]]

    @property
    def said(self) -> dict[str, Any]:
        """Return what the valid form says, as `services` take it."""
        texts = {name: self.cleaned_data[name] for name in ("name", "description")}
        return {**texts, "scopes": self.chosen}


class NewKeyForm(KeyForm):
    """A new key."""

    days = forms.ChoiceField(choices=DAYS, required=False, initial="90", label="It expires after")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"scopes": [scope.value for scope in USUAL]})

    @property
    def said(self) -> dict[str, Any]:
        days = self.cleaned_data["days"]
        return {**super().said, "expires_at": now() + timedelta(days=int(days)) if days else None}


class ChangeKeyForm(KeyForm):
    """A key as it is, to be changed."""

    def __init__(self, key: ApiKey, data: Any = None) -> None:
        present = {name: getattr(key, name) for name in ("name", "description", "scopes")}
        super().__init__(data, initial=present)


class RotateKeyForm(forms.Form):
    """How long the present text works on beside the new one."""

    grace = forms.ChoiceField(choices=GRACES, label="The present one ends")

    @property
    def said(self) -> timedelta:
        """Return how long that is."""
        return timedelta(seconds=int(self.cleaned_data["grace"]))
