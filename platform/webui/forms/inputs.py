"""The form that starts an agent, made from the agent's ``input_schema``."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from agents.engine.schemas import input_schema
from agents.graphs.models import GraphVersion
from kernel.errors import TrellisError
from uploads import services as uploads
from webui.forms.credentialinputs import PREFIX, Reference, credential_fields
from webui.forms.fields import (
    ABSENT,
    AnythingField,
    ChoiceField,
    FileField,
    IntegerField,
    JSONField,
    NumberField,
    OptionalField,
    SecretField,
    TableField,
    ToggleField,
    ValueField,
)
from webui.forms.schema import AgentInput, Control, agent_inputs

MOST_INPUTS = 200
EVERYTHING = "everything"


class StartForm(forms.Form):
    """One field for each input, numbered, since names of inputs may hold any character."""

    def __init__(
        self,
        version: GraphVersion,
        *args: Any,
        person: User,
        values: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.version = version
        self.person = person
        self.names: dict[str, str] = {}  # field → input
        self.credentials: dict[str, str] = {}  # field → input of credentials
        self.advanced: set[str] = set()
        self._ask_for_values(values or {})
        for number, (key, asked) in enumerate(
            credential_fields(version, credentials or {}, person).items()
        ):
            self.credentials[f"{PREFIX}{number}"] = key
            self.fields[f"{PREFIX}{number}"] = asked

    def _ask_for_values(self, values: Mapping[str, Any]) -> None:
        asked = agent_inputs(input_schema(self.version.graph))
        if self.version.owner_id != self.person.pk:
            asked = [_without_secret(one) for one in asked]
        if len(asked) > MOST_INPUTS:
            self._ask_in_one_field(asked)
            return
        for number, one in enumerate(asked):
            field = f"input-{number}"
            self.names[field] = one.name
            self.fields[field] = field_for(one)
            if one.name in values:
                self.initial[field] = values[one.name]
            if one.advanced:
                self.advanced.add(field)

    def inputs(self) -> dict[str, Any]:
        """Return the values of a valid form by the names of the inputs; files are kept for them."""
        if EVERYTHING in self.fields:
            everything = self.cleaned_data[EVERYTHING]
            return {} if everything is ABSENT else dict(everything)
        return {
            name: self._kept(self.cleaned_data[field])
            for field, name in self.names.items()
            if self.cleaned_data[field] is not ABSENT
        }

    def credentials_inputs(self) -> dict[str, Reference]:
        """Return the credentials that were chosen in a valid form, by the run's inputs for them."""
        return {
            key: chosen
            for field, key in self.credentials.items()
            if (chosen := self.cleaned_data[field]) is not None
        }

    def _kept(self, value: Any) -> Any:
        """Return the value; in place of a file its reference, the same for the same file."""
        if not isinstance(value, UploadedFile):
            return value
        return uploads.keep(self.person.pk, value, name=value.name or "").uri

    def refuse(self, error: TrellisError) -> None:
        """Show why the run was refused, at the inputs that it is about."""
        fields = {f"inputs.{name}": field for field, name in self.names.items()}
        fields |= {f"credentials_inputs.{key}": field for field, key in self.credentials.items()}
        for detail in error.errors:
            self.add_error(fields.get(detail.attr or ""), detail.detail)
        if not error.errors:
            self.add_error(None, error.message)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.advanced]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.advanced]

    @property
    def has_advanced_errors(self) -> bool:
        return bool(self.advanced & self.errors.keys())

    def _ask_in_one_field(self, asked: list[AgentInput]) -> None:
        self.fields[EVERYTHING] = JSONField(
            kind=dict,
            required=False,
            label="Inputs",
            initial={one.name: one.default for one in asked if one.default is not None},
            help_text=f"This agent has {len(asked):,} inputs, so they are given as one JSON object, "
            "each value by its input's name.",
        )


def _without_secret(one: AgentInput) -> AgentInput:
    """Return another person's input as strangers see it: without what its author keeps secret."""
    if not one.secret or one.default is None:
        return one
    return replace(one, default=None, required=False)


def field_for(one: AgentInput) -> forms.Field:
    """Return the form field that asks for the input."""
    options: dict[str, Any] = {
        "label": one.title,
        "help_text": one.description,
        "required": one.required and one.default is None,
        "initial": one.default,
    }
    field = _maker(one)(**options)
    field.widget.attrs.setdefault("dir", "auto")
    return field


def _maker(one: AgentInput) -> Callable[..., forms.Field]:
    if one.secret and one.control in SECRETS:
        return _secret
    if one.control is Control.CHOICE:
        return lambda **options: ChoiceField(values=one.choices, **options)
    if one.control is Control.TABLE:
        return lambda **options: TableField(columns=one.columns, **options)
    return MAKERS[one.control]


def _secret(**options: Any) -> forms.Field:
    kept = "" if options["initial"] is None else "Left empty, the agent's own is used"
    attributes = {"autocomplete": "off", "placeholder": kept}
    return SecretField(**options, widget=forms.PasswordInput(attributes))


def _with_widget(
    field: Callable[..., forms.Field], widget: type[forms.Widget], **attributes: Any
) -> Callable[..., forms.Field]:
    return lambda **options: field(widget=widget(attrs=attributes), **options)


class DateInput(forms.DateInput):
    input_type = "date"


class TimeInput(forms.TimeInput):
    input_type = "time"


SECRETS = frozenset({Control.TEXT, Control.LONG_TEXT, Control.ANYTHING})
MAKERS: dict[Control, Callable[..., forms.Field]] = {
    Control.TEXT: _with_widget(ValueField, forms.TextInput),
    Control.LONG_TEXT: _with_widget(ValueField, forms.Textarea, rows=6),
    Control.ANYTHING: _with_widget(AnythingField, forms.Textarea, rows=1, **{"data-grows": True}),
    Control.NUMBER: _with_widget(NumberField, forms.TextInput, inputmode="decimal"),
    Control.INTEGER: _with_widget(IntegerField, forms.TextInput, inputmode="numeric"),
    Control.TOGGLE: _with_widget(ToggleField, forms.CheckboxInput, role="switch"),
    Control.DATE: _with_widget(OptionalField, DateInput),
    Control.TIME: _with_widget(OptionalField, TimeInput, step=1),
    Control.FILE: FileField,
    Control.LIST: lambda **options: _json(list, **options),
    Control.OBJECT: lambda **options: _json(dict, **options),
    Control.JSON: lambda **options: _json(None, **options),
}


def _json(kind: type | None, **options: Any) -> forms.Field:
    attributes = {"rows": 4, "spellcheck": "false", "data-json": kind.__name__ if kind else "any"}
    widget = forms.Textarea(attributes)
    widget.attrs["class"] = "code"
    return JSONField(kind=kind, widget=widget, **options)
