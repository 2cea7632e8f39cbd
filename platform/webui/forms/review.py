"""The form with which a person decides a review."""

import json
from typing import Any

from django import forms

from agents.executions.models import Review
from agents.executions.reviewing import AS_IT_IS, LONGEST_MESSAGE
from webui.forms.fields import ABSENT, JSONField, ValueField

LARGEST = 100_000  # characters of data that a page lets one edit


class ReviewForm(forms.Form):
    """The data, as text or as JSON, where it may be edited; a message; and the rest of the node."""

    message = forms.CharField(
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea({"rows": 2, "data-grows": True, "dir": "auto"}),
        help_text="Optional. The run gets it beside the data.",
    )
    auto_approve = forms.BooleanField(
        required=False,
        label="Approve everything else that this node asks in this run",
        help_text="Also what it has asked already. You will not see that before it goes on.",
        widget=forms.CheckboxInput({"role": "switch"}),
    )
    field_order = ("data", "message", "auto_approve")

    def __init__(self, review: Review, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.review = review
        field = data_field(review.payload) if review.editable else None
        if field is not None:
            self.fields["data"] = field
            self.order_fields(self.field_order)

    @property
    def rejects(self) -> bool:
        return self.data.get("decision") == "reject"

    def clean_message(self) -> str:
        return str(self.cleaned_data["message"]).replace("\r\n", "\n")

    def clean(self) -> None:
        """Leave the data of a rejection alone: what was typed there does not count."""
        if self.rejects:
            self.errors.pop("data", None)

    def decision(self) -> dict[str, Any]:
        """Return what a valid form decides, as ``reviewing.decide`` takes it."""
        data = self.cleaned_data.get("data", ABSENT)
        return {
            "approve": not self.rejects,
            "data": AS_IT_IS if data is ABSENT or self.rejects else data,
            "message": self.cleaned_data["message"],
            "auto_approve": self.cleaned_data["auto_approve"] and not self.rejects,
        }


def data_field(payload: Any) -> forms.Field | None:
    """Return the field in which the data is edited; None where there is too much of it.

    What is sent back unchanged is exactly what was there. A text that a browser would change
    (its line ends, say) is therefore edited as JSON.
    """
    if isinstance(payload, str) and _survives(payload):
        text, field = payload, _text
    else:
        text, field = _json_text(payload), _json
    return field(text) if len(text) <= LARGEST else None


def _text(text: str) -> forms.Field:
    widget = forms.Textarea({"rows": 3, "data-grows": True, "dir": "auto"})
    return ValueField(widget=widget, required=False, initial=text, label="Data")


def _json(text: str) -> forms.Field:
    widget = forms.Textarea(
        {"rows": 4, "data-grows": True, "spellcheck": "false", "data-json": "any", "class": "code"}
    )
    help_text = "This is JSON. You may change it before you approve."
    return JSONField(widget=widget, initial=text, label="Data", help_text=help_text)


def _survives(text: str) -> bool:
    return not any(sign in "\x00\r" or "\ud800" <= sign <= "\udfff" for sign in text)


def _json_text(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if _survives(text) else json.dumps(value, indent=2)
