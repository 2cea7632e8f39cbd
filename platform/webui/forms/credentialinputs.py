"""The part of an agent's form that asks which credentials a run uses; no secret is entered there."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import User
from agents.graphs import wanting
from agents.graphs.models import GraphVersion
from credentials import registry
from credentials.models import Credential

Reference = dict[str, Any]
PREFIX = "credential-"


class CredentialField(forms.ChoiceField):
    """One of a person's credentials, as a run is given it; None where none was chosen."""

    def __init__(
        self, *, usable: list[Credential], part: Mapping[str, Any], **options: Any
    ) -> None:
        self.references = {str(one.pk): _reference(one) for one in usable}
        self.part = part
        empty = "Choose…" if options["required"] else "As the agent has it"
        names = [(str(one.pk), one.title) for one in usable]
        super().__init__(choices=[("", empty), *names], **options)

    @property
    def example(self) -> Reference:
        """Return a reference that scripts may give: to one that fits, or what one looks like."""
        for one in self.references.values():
            return one
        provider, kind = self.part["credentials_provider"][0], self.part["credentials_types"][0]
        return {"id": "the credential's id", "provider": provider, "type": kind}

    def clean(self, value: Any) -> Reference | None:
        """Return the reference. Raises ValidationError for what cannot be chosen."""
        return self.references.get(super().clean(value))


def credential_fields(
    version: GraphVersion, given: Mapping[str, Any], person: User
) -> dict[str, CredentialField]:
    """Return a field for each credential that the person's run is given, by the run's input.

    ``given`` is what another run was given, to begin with.
    """
    schema = wanting.input_schema(version.graph, version.owner_id, person.pk)
    if not schema["properties"]:
        return {}
    mine = list(Credential.objects.visible_to(person).order_by("title"))
    return {
        key: _field(part, mine, given.get(key), required=key in schema["required"])
        for key, part in schema["properties"].items()
    }


def _field(
    part: Mapping[str, Any], mine: list[Credential], given: Any, *, required: bool
) -> CredentialField:
    providers, kinds = part["credentials_provider"], part["credentials_types"]
    usable = [one for one in mine if one.provider in providers and one.kind in kinds]
    begin = given if isinstance(given, dict) else part.get("default", {})
    services = " or ".join(_title(name) for name in providers)
    hosts = ", ".join(part.get("discriminator_values", ()))
    return CredentialField(
        usable=usable,
        part=part,
        label=f"Credential of {services}{f' for {hosts}' if hosts else ''}",
        required=required,
        initial=begin.get("id", ""),
        help_text=_help(usable),
        error_messages={"required": "Choose a credential: the agent cannot run without one."},
    )


def _help(usable: list[Credential]) -> str:
    words = "Add another one" if usable else "You have none that fits. Add one"
    return format_html(
        '<a href="{}">{}</a>. The run keeps its name, never the secret.',
        reverse("webui:new-credential"),
        words,
    )


def _title(provider: str) -> str:
    found = registry.find(provider)
    return found.title if found else provider


def _reference(one: Credential) -> Reference:
    return {"id": str(one.pk), "provider": one.provider, "type": one.kind, "title": one.title}
