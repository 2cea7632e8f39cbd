"""The forms of schedules: when an agent starts, and what happens when something is in the way."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.timezone import now

from accounts.timezones import known_time_zones
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.presets.models import Preset
from agents.schedules.clock import LONGEST_LINE
from agents.schedules.models import Kind, Missed, Overlap, Schedule
from agents.schedules.models.schedule import LONGEST_NAME, MOST_JITTER
from agents.schedules.rules import MOST_FAILURES
from kernel.errors import TrellisError

UNITS = (("60", "minutes"), ("3600", "hours"), ("86400", "days"))
MOST_VERSIONS = 50
NEEDED = {"cron": "cron", "interval": "every", "once": "at"}
# Fields that only some kinds of times have: where scripts run, the others are out of sight.
OF_KINDS = {
    "cron": Kind.CRON,
    "time_zone": Kind.CRON,
    "every": Kind.INTERVAL,
    "unit": Kind.INTERVAL,
    "at": f"{Kind.INTERVAL} {Kind.ONCE}",
}
FIELDS = {"timezone": "time_zone", "every_seconds": "every", "graph_version": "version"}


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ScheduleForm(forms.Form):
    """When an agent starts."""

    name = forms.CharField(
        max_length=LONGEST_NAME, help_text="What it is for, such as “Morning report”."
    )
    kind = forms.ChoiceField(choices=Kind.choices, label="It starts")
    cron = forms.CharField(
        max_length=LONGEST_LINE,
        required=False,
        label="Cron line",
        help_text="Minute, hour, day of the month, month, day of the week: 0 9 * * MON-FRI is nine "
        "o'clock on workdays.",
        widget=forms.TextInput({"class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )
    time_zone = forms.ChoiceField(help_text="In which the cron line is read.")
    every = forms.IntegerField(
        min_value=1, max_value=100_000, required=False, label="Every so many"
    )
    unit = forms.ChoiceField(choices=UNITS, required=False, label="Minutes, hours or days")
    at = forms.DateTimeField(
        required=False,
        label="Date and time",
        help_text="Of the one start, or of the first one of an interval; in the time zone of your profile.",
        widget=MomentInput(),
    )
    version = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    preset = forms.ModelChoiceField(  # type: ignore[var-annotated]
        queryset=None,
        required=False,
        empty_label="None: the inputs below",
        help_text="With a preset, its inputs and credentials are used, and none of those below.",
    )
    missed = forms.ChoiceField(
        choices=Missed.choices,
        initial=Missed.ONCE,
        label="Times at which nothing could be started",
    )
    overlap = forms.ChoiceField(
        choices=Overlap.choices,
        initial=Overlap.QUEUE,
        label="When an earlier run has not ended",
    )
    pause_after_failures = forms.IntegerField(
        min_value=1,
        max_value=MOST_FAILURES,
        required=False,
        label="Pause after so many failures in a row",
        help_text="Left empty: never.",
    )
    jitter_seconds = forms.IntegerField(
        min_value=0,
        max_value=MOST_JITTER,
        required=False,
        label="Delay each start by up to so many seconds",
    )
    advanced = frozenset({"missed", "overlap", "pause_after_failures", "jitter_seconds"})

    def __init__(self, version: GraphVersion, schedule: Schedule, data: Any = None) -> None:
        super().__init__(data, initial=_initial(schedule))
        zones = sorted(known_time_zones() | {schedule.time_zone})
        self._choose("time_zone", [(zone, zone.replace("_", " ")) for zone in zones])
        numbers = (
            graphs.startable_versions(schedule.owner, version.agent_id)
            .order_by("-version")
            .values_list("version", flat=True)
        )
        offered = list(dict.fromkeys([*numbers[:MOST_VERSIONS], schedule.version]))
        named = [(str(one), f"Version {one}") for one in offered if one is not None]
        self._choose("version", [("", "The one that is active then"), *named])
        mine = Preset.objects.visible_to(schedule.owner).filter(agent=version.agent_id)
        field = self.fields["preset"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = mine.order_by("name")
        for name, kinds in OF_KINDS.items():
            self.fields[name].widget.attrs["data-only-for"] = kinds

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of times needs."""
        said = self.cleaned_data
        needed = NEEDED.get(str(said.get("kind")))
        if needed and not said.get(needed) and needed not in self.errors:
            self.add_error(needed, "This is needed for the way in which it starts.")
        return said

    @property
    def said(self) -> dict[str, Any]:
        """Return what the valid form says, as fields of the model."""
        said = self.cleaned_data
        kind = said["kind"]
        interval = kind == Kind.INTERVAL
        return {
            **{name: said[name] for name in ("name", "kind", "time_zone", "preset")},
            **{name: said[name] for name in ("missed", "overlap", "pause_after_failures")},
            "version": said["version"],
            "jitter_seconds": said["jitter_seconds"] or 0,
            "cron": said["cron"] if kind == Kind.CRON else "",
            "every_seconds": said["every"] * int(said["unit"] or 60) if interval else None,
            "at": None if kind == Kind.CRON else said["at"] or now().replace(microsecond=0),
        }

    def refuse(self, error: TrellisError) -> None:
        """Show why it was refused, at the fields that it is about."""
        for detail in error.errors:
            name = FIELDS.get(detail.attr or "", detail.attr or "")
            self.add_error(name if name in self.fields else None, detail.detail)
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


class BackfillForm(forms.Form):
    """Which times that have passed are to be started."""

    since = forms.DateTimeField(label="From", widget=MomentInput())
    until = forms.DateTimeField(label="To", widget=MomentInput())


def _initial(schedule: Schedule) -> dict[str, Any]:
    names = ("name", "kind", "cron", "at", "missed", "overlap", "jitter_seconds")
    found = {name: getattr(schedule, name) for name in (*names, "pause_after_failures")}
    seconds = schedule.every_seconds or 0
    unit = next((one for one, _ in reversed(UNITS) if seconds and seconds % int(one) == 0), "60")
    return {
        **found,
        "at": schedule.at and schedule.at.replace(second=0, microsecond=0),
        "time_zone": schedule.time_zone,
        "preset": schedule.preset_id,
        "version": schedule.version or "",
        "unit": unit,
        "every": seconds // int(unit) or None,
    }


def window(moment: Any = None) -> tuple[Any, Any]:
    """Return the day that has just passed, which a backfill begins with."""
    last = (moment or now()).replace(second=0, microsecond=0)
    return last - timedelta(days=1), last
