"""The form that sends in a file."""

from typing import Any

from django import forms

from uploads import services
from uploads.models import Upload
from webui.forms.fields import FileField


class UploadForm(forms.Form):
    """One file, of any kind."""

    file = FileField(label="Any kind of file", widget=forms.FileInput())

    def keep(self, owner_id: Any) -> Upload:
        """Return the file as it is kept. Raises StorageFull."""
        file = self.cleaned_data["file"]
        return services.keep(owner_id, file, name=file.name or "")
