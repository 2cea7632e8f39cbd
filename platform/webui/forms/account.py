"""Forms of what belongs to a person."""

from typing import Any

from django import forms

from accounts.links import LONGEST_LINK, MOST_LINKS, validate_links
from accounts.models import NotificationPreferences, User
from accounts.models.preferences import MOST_MAILS
from accounts.models.profile import LONGEST_DESCRIPTION
from accounts.notifications import NEVER_SENT, NotificationType, kinds_of
from accounts.profiles import Changes, profile_of
from accounts.timezones import known_time_zones


class ProfileForm(forms.Form):
    """What others see of somebody, and the time zone in which the person reads clocks."""

    picture = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP or GIF, 5 MB at most. A square of its middle is kept, and nothing "
        "else that is in the file.",
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_picture = forms.BooleanField(required=False, label="Take the picture away")
    name = forms.CharField(
        required=False, max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    username = forms.CharField(
        max_length=150,
        help_text="You sign in with it, and others see it.",
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    description = forms.CharField(
        required=False,
        label="About you",
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea({"rows": 4}),
    )
    links = forms.CharField(
        required=False,
        max_length=MOST_LINKS * (LONGEST_LINK + 2),
        help_text=f"One on each line, {MOST_LINKS} at most. They begin with https:// or http://.",
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    time_zone = forms.ChoiceField(help_text="Times on pages are shown in it.")

    def __init__(self, user: User, has_picture: bool, data: Any = None, files: Any = None) -> None:
        profile = profile_of(user)
        initial = {
            "name": user.get_full_name(),
            "username": user.username,
            "description": profile.description,
            "links": "\n".join(profile.links),
            "time_zone": user.time_zone,
        }
        super().__init__(data, files, initial=initial)
        if not has_picture:
            del self.fields["remove_picture"]
        zones = sorted(known_time_zones() | {user.time_zone})
        self.fields["time_zone"] = forms.ChoiceField(
            choices=[(zone, zone.replace("_", " ")) for zone in zones],
            help_text=self.fields["time_zone"].help_text,
        )

    def clean_links(self) -> list[str]:
        lines = self.cleaned_data["links"].splitlines()
        links = [line.strip() for line in lines if line.strip()]
        validate_links(links)
        return links

    @property
    def changes(self) -> Changes:
        """Return what the valid form changes of the profile."""
        names = [name for name in self.changed_data if name in Changes.__annotations__]
        found: Changes = {name: self.cleaned_data[name] for name in names}  # type: ignore[assignment]
        return found


class NotificationsForm(forms.Form):
    """Which mails somebody wants."""

    daily_limit = forms.IntegerField(
        label="Mails a day, at most", min_value=0, max_value=MOST_MAILS
    )

    def __init__(self, preferences: NotificationPreferences, data: Any = None) -> None:
        super().__init__(data, initial={"daily_limit": preferences.daily_limit})
        for kind, wanted in kinds_of(preferences).items():
            if kind in NEVER_SENT:
                continue
            self.fields[kind.value] = forms.BooleanField(
                required=False,
                label=kind.label,
                initial=wanted,
                widget=forms.CheckboxInput({"role": "switch"}),
            )

    @property
    def kinds(self) -> dict[NotificationType, bool]:
        """Return the kinds that the valid form changes."""
        return {
            kind: self.cleaned_data[kind.value]
            for kind in NotificationType
            if kind.value in self.changed_data
        }


class ErasureForm(forms.Form):
    """The username, written by hand: nobody deletes an account by mistake."""

    username = forms.CharField(
        max_length=150,
        label="Your username",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, username: str, data: Any = None) -> None:
        super().__init__(data)
        self.wanted = username

    def clean_username(self) -> str:
        found = str(self.cleaned_data["username"])
        if found != self.wanted:
            raise forms.ValidationError("This is not your username.")
        return found
