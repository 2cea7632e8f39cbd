"""The form that takes an API in: where its document is, or the document."""

from typing import Any

from django import forms

from blocks.openapi import services
from blocks.openapi.models import LONGEST_NAME, Api
from blocks.openapi.reading import LARGEST
from kernel.errors import TrellisError


class ApiForm(forms.Form):
    """An OpenAPI document, for a new API or, with ``present``, for a new version of one."""

    url = forms.CharField(
        label="Address of the document",
        max_length=2000,
        required=False,
        widget=forms.TextInput(
            attrs={"placeholder": "https://api.example.org/openapi.json", "inputmode": "url"}
        ),
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.yaml,.yml,application/json"}),
    )
    server_url = forms.CharField(
        label="Where the API is",
        max_length=500,
        required=False,
        help_text="Only if it is elsewhere than the document says.",
    )

    def __init__(self, data: Any = None, files: Any = None, *, present: Api | None = None) -> None:
        initial = {"url": present.source, "server_url": present.server_url} if present else {}
        super().__init__(data, files, initial=initial)
        self.present = present
        if present is None:
            self.fields["name"] = forms.CharField(
                label="Name",
                max_length=LONGEST_NAME,
                required=False,
                help_text="What to call it. Optional: documents have a title.",
            )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        file = said.get("file")
        if not file and not said.get("url"):
            self.add_error("url", "Say where the document is, or choose a file.")
        if file and file.size > LARGEST:
            self.add_error("file", f"The document may have {LARGEST:,} bytes.")
        return said

    def keep(self, owner: Any) -> Api:
        """Return the API that was taken in. Raises TrellisError."""
        said = self.cleaned_data
        file = said.get("file")
        content = file.read() if file else services.fetch(said["url"])
        source = "" if file else said["url"]
        if self.present is not None:
            return services.renew(
                self.present, content, source=source, server_url=said["server_url"]
            )
        return services.add(
            owner, content, source=source, server_url=said["server_url"], name=said["name"]
        )

    def refuse(self, error: TrellisError) -> None:
        """Show why the document was not taken in."""
        self.add_error(None, error.message)
