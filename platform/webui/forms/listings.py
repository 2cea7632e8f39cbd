"""The form of what a creator says of an agent."""

from typing import Any
from uuid import UUID

from django import forms

from store.categories import CATEGORIES
from store.models import ListingVersion
from store.texts import LONGEST_WORDS


class ListingForm(forms.Form):
    """What people read before they take an agent."""

    name = forms.CharField(max_length=LONGEST_WORDS["name"])
    sub_heading = forms.CharField(
        max_length=LONGEST_WORDS["sub_heading"], label="In a line", help_text="What it is good for."
    )
    description = forms.CharField(
        max_length=LONGEST_WORDS["description"],
        help_text="Markdown: what it does, and for whom.",
        widget=forms.Textarea({"rows": 10}),
    )
    categories = forms.MultipleChoiceField(
        choices=[(one.slug, one.name) for one in CATEGORIES],
        help_text="Three at most.",
        widget=forms.SelectMultiple({"size": 6}),
    )
    instructions = forms.CharField(
        max_length=LONGEST_WORDS["instructions"],
        required=False,
        help_text="Markdown: what to prepare, and how to use it.",
        widget=forms.Textarea({"rows": 4}),
    )
    video_url = forms.CharField(
        max_length=LONGEST_WORDS["video_url"], required=False, label="Link to a video"
    )
    recommended_schedule = forms.CharField(
        max_length=LONGEST_WORDS["recommended_schedule"],
        required=False,
        label="Recommended schedule",
        help_text="A cron line, such as 0 9 * * 1.",
    )
    changes_summary = forms.CharField(
        max_length=LONGEST_WORDS["changes_summary"],
        required=False,
        label="What is new",
        widget=forms.Textarea({"rows": 3}),
    )
    picture = forms.FileField(
        required=False,
        label="Add a picture",
        help_text="PNG, JPEG, WebP or GIF; 10 MB at most.",
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_pictures = forms.BooleanField(required=False, label="Remove the present pictures")
    shows_graph = forms.BooleanField(
        required=False, label="Everybody may look at its graph, and copy it"
    )

    def __init__(self, said: ListingVersion, data: Any = None, files: Any = None) -> None:
        names = [*LONGEST_WORDS, "categories"]
        initial = {name: getattr(said, name) for name in names}
        shows = said.listing.shows_graph
        super().__init__(data, files, initial={**initial, "shows_graph": shows})

    @property
    def said(self) -> dict[str, Any]:
        """Return the fields of a valid form, as the actions take them."""
        return {name: self.cleaned_data[name] for name in (*LONGEST_WORDS, "categories")}

    def shown(self, present: list[UUID], added: UUID | None) -> list[UUID]:
        """Return the pictures that are wanted, given those that are there and a new one."""
        kept = [] if self.cleaned_data["remove_pictures"] else present
        return [*kept, added] if added else kept
