"""The form that brings in an agent's file."""

from math import inf
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from kernel.jsontypes import NotJSON, loads


class ImportForm(forms.Form):
    """One JSON file. The cleaned file is the JSON value in it."""

    file = forms.FileField(
        label="The agent's JSON file",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={
            "required": "Choose the JSON file of an agent first.",
            "empty": "The file is empty.",
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        largest = min(settings.MAX_IMPORT_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or inf)
        # But for the form itself.
        self.fields["file"].widget.attrs["data-largest"] = max(int(largest) - 10_000, 1)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            return loads(file.read())
        except NotJSON as error:
            raise ValidationError(f"{file.name!r} cannot be read: {error}", "not_json") from None
