"""The form of a trigger: what every kind has, and what its kind declares."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from agents.engine.validation import quoted_title
from agents.graphs.models import GraphVersion
from agents.presets.models import Preset
from agents.triggers import standing, tokens
from agents.triggers.kinds.base import Called, Kind
from agents.triggers.models import LONGEST_NAME, Trigger
from blocks.sdk import BlockKind
from credentials.models import Credential
from kernel.errors import TrellisError
from webui.forms.fields import ABSENT, JSONField
from webui.forms.inputs import field_for
from webui.forms.schema import AgentInput, agent_inputs

PREFIX = "config-"
NODE, INPUT = "node:", "input:"
MOST_VERSIONS = 50
MOST_AGENTS = 500  # that a choice offers


class LinesField(forms.CharField):
    """Some texts, one in each line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 3, "spellcheck": "false"}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the lines that are not empty."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class TriggerForm(forms.Form):
    """What begins runs, and where what arrives goes."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="What it is for, such as “Orders of the shop”."
    )
    target = forms.ChoiceField(label="What arrives goes to")
    secret = forms.CharField(
        required=False,
        max_length=tokens.MOST,
        label="Secret of the callers",
        help_text=f"At least {tokens.LEAST} characters. Left empty, one is made and shown once.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    version = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    preset = forms.ModelChoiceField(  # type: ignore[var-annotated]
        queryset=None,
        required=False,
        empty_label="None: the inputs below",
        help_text="With a preset, its inputs and credentials are used, and none of those below.",
    )
    last = ("secret", "version", "preset")

    def __init__(
        self,
        owner: User,
        version: GraphVersion,
        kind: Kind[Any],
        trigger: Trigger,
        data: Any = None,
    ) -> None:
        super().__init__(data, initial=_initial(trigger))
        self.kind = kind
        self.names: dict[str, str] = {}  # field → member of the settings
        if not isinstance(kind, Called) or not trigger._state.adding:
            del self.fields["secret"]
        self._choose("target", [*_targets(version, kind), ("", "Nothing: only the inputs count")])
        self._choose("version", _versions(version, trigger))
        field = self.fields["preset"]
        assert isinstance(field, forms.ModelChoiceField)
        mine = Preset.objects.visible_to(owner).filter(agent=version.agent_id)
        field.queryset = mine.order_by("name")
        self.fields["target"].required = False
        self._ask_for_settings(owner, kind, trigger)
        left = [name for name in self.fields if name not in self.last]
        self.order_fields([*left, *self.last])

    def _ask_for_settings(self, owner: User, kind: Kind[Any], trigger: Trigger) -> None:
        schema = kind.config.model_json_schema()
        for number, one in enumerate(agent_inputs(schema)):
            part = schema["properties"][one.name]
            field = f"{PREFIX}{number}"
            self.names[field] = one.name
            self.fields[field] = _field(owner, one, part)
            if one.name in trigger.config:
                self.initial[field] = trigger.config[one.name]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def config(self) -> dict[str, Any]:
        """Return the settings of the kind that the valid form says."""
        said = {name: self.cleaned_data[field] for field, name in self.names.items()}
        return {name: value for name, value in said.items() if value not in (ABSENT, None, "")}

    @property
    def said(self) -> dict[str, Any]:
        """Return what the valid form says, as `services` take it."""
        target = self.cleaned_data["target"]
        return {
            "name": self.cleaned_data["name"],
            "version": self.cleaned_data["version"],
            "preset": self.cleaned_data["preset"],
            "node_id": target.removeprefix(NODE) if target.startswith(NODE) else "",
            "input_name": target.removeprefix(INPUT) if target.startswith(INPUT) else "",
            "config": self.config,
        }

    def refuse(self, error: TrellisError) -> None:
        """Show why it was refused, at the fields that it is about."""
        fields = {f"config.{name}": field for field, name in self.names.items()}
        fields |= {"node_id": "target", "input_name": "target", "secret": "secret"}
        for detail in error.errors:
            name = fields.get(detail.attr or "")
            self.add_error(name if name in self.fields else None, detail.detail)
        if not error.errors:
            self.add_error(None, error.message)


class TestForm(forms.Form):
    """What is to arrive, as if somebody had called."""

    __test__ = False  # no test, for pytest
    payload = JSONField(
        kind=dict,
        label="What arrives",
        initial={"test": True},
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "class": "code"}),
    )


def _field(owner: User, one: AgentInput, part: dict[str, Any]) -> forms.Field:
    """Return the field of a setting. Where its schema says what is chosen, that is offered."""
    options: dict[str, Any] = {
        "label": one.title,
        "help_text": one.description.replace("`", ""),
        "required": one.required,
    }
    match part.get("choose"):
        case "agent":
            return forms.ChoiceField(choices=[("", "Choose…"), *_agents(owner)], **options)
        case "credential":
            found = Credential.objects.visible_to(owner).filter(kind__in=part["kinds"])
            if providers := part.get("providers"):
                found = found.filter(provider__in=providers)
            none = "Choose…" if one.required else "None"
            names = [(str(row.pk), row.title) for row in found.order_by("title")]
            return forms.ChoiceField(choices=[("", none), *names], **options)
    if part.get("type") == "array":
        return LinesField(**options)
    if part.get("type") == "boolean":
        toggle = forms.CheckboxInput({"role": "switch"})
        return forms.BooleanField(
            widget=toggle, initial=one.default, **{**options, "required": False}
        )
    return field_for(one)


def _targets(version: GraphVersion, kind: Kind[Any]) -> Iterator[tuple[str, str]]:
    """Yield where what arrives can go: nodes that are made for it, and inputs of the agent."""
    graph = version.graph
    for node in standing.fitting_nodes(graph, kind.name):
        yield f"{NODE}{node.id}", f"The node {quoted_title(node)}"
    names = [node.input_default.get("name") for node in graph.of_kind(BlockKind.INPUT)]
    for name in dict.fromkeys(one for one in names if isinstance(one, str) and one):
        yield f"{INPUT}{name}", f"The input “{name}”"


def _versions(version: GraphVersion, trigger: Trigger) -> list[tuple[str, str]]:
    numbers = version.agent.versions.order_by("-version").values_list("version", flat=True)
    offered = dict.fromkeys([*numbers[:MOST_VERSIONS], trigger.version])
    named = [(str(one), f"Version {one}") for one in offered if one is not None]
    return [("", "The one that is active then"), *named]


def _agents(owner: User) -> list[tuple[str, str]]:
    rows = GraphVersion.objects.visible_to(owner).active().order_by("name")
    found: list[tuple[UUID, str]] = list(rows.values_list("agent", "name")[:MOST_AGENTS])
    return [(str(pk), name or "Without a name") for pk, name in found]


def _initial(trigger: Trigger) -> dict[str, Any]:
    target = f"{INPUT}{trigger.input_name}" if trigger.input_name else ""
    return {
        "name": trigger.name,
        "target": f"{NODE}{trigger.node_id}" if trigger.node_id else target,
        "version": trigger.version or "",
        "preset": trigger.preset_id,
    }
