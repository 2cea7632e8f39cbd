"""The form of a preset."""

from typing import Any

from django import forms

from agents.presets.models import LONGEST_DESCRIPTION, LONGEST_NAME, Preset


class PresetForm(forms.Form):
    """What a preset is called."""

    name = forms.CharField(max_length=LONGEST_NAME)
    description = forms.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, widget=forms.Textarea({"rows": 2})
    )
    is_active = forms.BooleanField(
        required=False,
        label="It may be run",
        widget=forms.CheckboxInput({"role": "switch"}),
    )

    def __init__(self, preset: Preset, data: Any = None) -> None:
        present = {name: getattr(preset, name) for name in ("name", "description", "is_active")}
        super().__init__(data, initial=present)
