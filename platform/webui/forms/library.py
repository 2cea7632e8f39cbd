"""Forms about an agent in somebody's library."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from store.models import Folder, LibraryAgent
from store.models.library import LONGEST_FOLDER
from store.models.review import LEAST, LONGEST_REVIEW, MOST

STARS = [
    (number, f"{number} star{'' if number == 1 else 's'}") for number in range(MOST, LEAST - 1, -1)
]


class KeepForm(forms.Form):
    """How an agent is kept."""

    is_favorite = forms.BooleanField(required=False, label="A favourite")
    is_archived = forms.BooleanField(required=False, label="Archived: not in the list of agents")
    auto_update = forms.BooleanField(
        required=False, label="Take new versions by itself that ask for nothing more"
    )
    folder = forms.ModelChoiceField[Folder](queryset=None, required=False, empty_label="None")
    new_folder = forms.CharField(max_length=LONGEST_FOLDER, required=False, label="Or a new folder")

    def __init__(self, kept: LibraryAgent, folders: "QuerySet[Folder]", data: Any = None) -> None:
        names = ("is_favorite", "is_archived", "auto_update", "folder")
        super().__init__(data, initial={name: getattr(kept, name) for name in names})
        field = self.fields["folder"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = folders
        if kept.listing_id is None:
            del self.fields["auto_update"]


class ReviewForm(forms.Form):
    """What somebody says of an agent of the store."""

    score = forms.TypedChoiceField(choices=STARS, coerce=int, label="Your rating")
    comments = forms.CharField(
        max_length=LONGEST_REVIEW,
        required=False,
        label="What you say of it",
        help_text="Markdown. Everybody can read it, under your name.",
        widget=forms.Textarea({"rows": 4}),
    )
