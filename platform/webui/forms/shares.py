"""The form of a link to a run."""

from datetime import datetime, timedelta

from django import forms
from django.utils.timezone import now

DAYS = [("1", "a day"), ("7", "7 days"), ("30", "30 days"), ("", "never")]


class ShareForm(forms.Form):
    """How long a new link works."""

    days = forms.ChoiceField(choices=DAYS, required=False, initial="7", label="It expires after")

    @property
    def expires_at(self) -> datetime | None:
        """Return when the link of the valid form ends; None for never."""
        days = self.cleaned_data["days"]
        return now() + timedelta(days=int(days)) if days else None
