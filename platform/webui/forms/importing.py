"""The form that brings in an agent's file."""

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
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if largest is not None:
            self.fields["file"].widget.attrs["data-largest"] = largest - 10_000  # the form itself

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            return loads(file.read())
        except NotJSON as error:
            raise ValidationError(f"{file.name!r} cannot be read: {error}", "not_json") from None
