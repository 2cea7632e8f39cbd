"""The form of what an owner sets for an agent."""

from typing import Any

from django import forms

from agents.graphs.settings import GraphSettings

CHOICES = [
    ("queue", "It waits its turn"),
    ("skip", "It is refused"),
    ("replace_oldest", "The oldest run is stopped, and it takes that place"),
]
LABELS = {
    "human_in_the_loop_safe_mode": "Blocks that ask a person wait for the answer",
    "sensitive_action_safe_mode": "Sensitive blocks wait until a person approves",
    "max_concurrent_executions": "Runs at once, at most",
    "when_full": "When one more is started",
    "retention_days": "Days until ended runs are purged",
}


class SettingsForm(forms.Form):
    """All settings of an agent. ``changes`` are those that differ from what is set."""

    max_concurrent_executions = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="Left empty: as many as the instance lets you have.",
    )
    when_full = forms.ChoiceField(choices=CHOICES)
    retention_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=36_500,
        help_text="Left empty: as long as the instance keeps them.",
    )
    human_in_the_loop_safe_mode = forms.BooleanField(
        required=False,
        help_text="Switched off, they go on with what they were given, as if it was approved.",
        widget=forms.CheckboxInput({"role": "switch"}),
    )
    sensitive_action_safe_mode = forms.BooleanField(
        required=False, widget=forms.CheckboxInput({"role": "switch"})
    )

    def __init__(self, present: GraphSettings, data: Any = None) -> None:
        super().__init__(data, initial=present.model_dump())
        for name, field in self.fields.items():
            field.label = LABELS[name]

    @property
    def changes(self) -> dict[str, Any]:
        """Return what the valid form changes: the rest follows the defaults, if it did before."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
