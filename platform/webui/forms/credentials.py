"""The forms of credentials: a field for each thing that the kind takes."""

from typing import Any

from django import forms

from credentials.entering import (
    LONGEST_SECRET,
    LONGEST_URL,
    LONGEST_USERNAME,
    MOST_HEADERS,
    SECRETS,
)
from credentials.hosts import LONGEST as LONGEST_HOST
from credentials.kinds import Kind
from credentials.models import LONGEST_TITLE, Credential
from credentials.provider import Provider
from kernel.errors import TrellisError

KINDS = {
    Kind.API_KEY: "API key",
    Kind.USER_PASSWORD: "User and password",
    Kind.HOST_SCOPED: "Headers for a host",
    Kind.OAUTH2: "Connected account",
}
LONGEST_HEADERS = (LONGEST_SECRET + 100) * MOST_HEADERS


def _secret(label: str, help_text: str = "") -> forms.CharField:
    """Return a field that no browser fills in, and that is never shown again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, max_length=LONGEST_SECRET, strip=False, widget=widget, help_text=help_text
    )


def show_refusal(form: forms.Form, error: TrellisError) -> None:
    """Show why a service refused, at the fields that it names."""
    for detail in error.errors:
        name = detail.attr if detail.attr in form.fields else None
        form.add_error(name, detail.detail)
    if not error.errors:
        form.add_error(None, error.message)


class CredentialForm(forms.Form):
    """A credential of a kind; ``present`` is one that changes."""

    def __init__(
        self, provider: Provider, kind: Kind, data: Any = None, *, present: Credential | None = None
    ) -> None:
        initial = {"base_url": provider.base_url}
        if present is not None:
            initial = {
                name: getattr(present, name) for name in ("title", "username", "host", "base_url")
            }
        super().__init__(data, initial=initial)
        self.provider, self.kind, self.present = provider, kind, present
        self.fields["title"] = forms.CharField(
            max_length=LONGEST_TITLE, required=False, help_text="What you call it. Optional."
        )
        if kind is not Kind.OAUTH2:
            self._add_place()
            self._add_secret()

    @property
    def said(self) -> dict[str, Any]:
        """Return what the valid form says, as `services` take it; the title is apart."""
        present = self.initial if self.present is not None else {}
        found = {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "title" and value not in ("", None) and value != present.get(name)
        }
        if self.kind is Kind.API_KEY and self.present is None:
            found.setdefault("api_key", "")
        return found

    @property
    def title(self) -> str:
        """Return the title of the valid form."""
        return str(self.cleaned_data["title"])

    def clean_headers(self) -> dict[str, str] | None:
        """Return the headers by name, of lines like ``Authorization: Bearer …``."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["headers"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon or not value.strip():
                raise forms.ValidationError("Write each header as `Name: value`, on a line.")
            found[name.strip()] = value.strip()
        return found or None

    def refuse(self, error: TrellisError) -> None:
        """Show why a service refused."""
        show_refusal(self, error)

    def _add_place(self) -> None:
        if not self.provider.is_self_hosted:
            return
        if self.provider.base_url and self.kind is not Kind.HOST_SCOPED:
            self.fields["base_url"] = forms.CharField(
                label="Address", max_length=LONGEST_URL, help_text="The secret goes there only."
            )
        else:
            self.fields["host"] = forms.CharField(
                max_length=LONGEST_HOST,
                help_text="The secret goes there only: api.example.org, mail.example.org:587 or "
                "*.example.org.",
            )

    def _add_secret(self) -> None:
        match self.kind:
            case Kind.API_KEY:
                self.fields["api_key"] = _secret("API key")
            case Kind.USER_PASSWORD:
                self.fields["username"] = forms.CharField(
                    label="User", max_length=LONGEST_USERNAME, strip=False
                )
                self.fields["password"] = _secret("Password")
            case Kind.HOST_SCOPED:
                self.fields["headers"] = forms.CharField(
                    max_length=LONGEST_HEADERS,
                    widget=forms.Textarea(
                        attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}
                    ),
                    help_text="One a line, such as Authorization: Bearer …",
                )
        secret = self.fields[SECRETS[self.kind]]
        if self.present is not None:
            secret.required = False
            secret.help_text = "Leave it empty to keep the present one."
        elif self.provider.keyless and self.kind is Kind.API_KEY:
            secret.required = False
            secret.help_text = "Leave it empty where the server asks for none."


class ConnectForm(forms.Form):
    """What a person who connects an account allows, or which server has it."""

    def __init__(
        self, provider: Provider, data: Any = None, *, present: Credential | None = None
    ) -> None:
        oauth = provider.oauth
        chosen = present.scopes if present else ()
        initial = {
            "scopes": [*(oauth.default_scopes if oauth else ()), *chosen],
            "server_url": present.base_url if present else "",
        }
        super().__init__(data, initial=initial)
        if provider.discovers:
            self.fields["server_url"] = forms.CharField(
                label="Address",
                max_length=LONGEST_URL,
                disabled=present is not None,
                help_text="Of the server. It says itself how an account is connected.",
            )
        if oauth is not None:
            self.fields["scopes"] = forms.MultipleChoiceField(
                choices=list(oauth.scopes.items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                label="What agents may do with it",
            )

    @property
    def scopes(self) -> list[str]:
        """Return the scopes of the valid form."""
        return list(self.cleaned_data.get("scopes", ()))

    @property
    def server_url(self) -> str:
        """Return the server of the valid form; "" where the provider is one itself."""
        return str(self.cleaned_data.get("server_url", ""))

    def refuse(self, error: TrellisError) -> None:
        """Show why a service refused."""
        show_refusal(self, error)
