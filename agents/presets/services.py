"""Keep, change, remove and run presets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import User
from agents.executions import starting
from agents.executions.models import Execution
from agents.executions.payloads import require_payload
from agents.executions.services import start_execution
from agents.executions.starting import Origin
from agents.graphs import services as graphs
from agents.presets.masks import unmasked
from agents.presets.models import Preset
from audit import trail
from audit.actions import Action
from kernel.errors import Conflict, NotFound, TrellisError


class TooManyPresets(Conflict):
    """You have as many presets as one may have. Delete one that you do not need."""

    code = "too_many_presets"


class PresetInUse(Conflict):
    """Something starts with this preset. Change or delete that first."""

    code = "preset_in_use"


class PresetInactive(Conflict):
    """This preset is switched off."""

    code = "preset_inactive"


class WrongPreset(TrellisError):
    """The preset is another agent's."""

    code = "wrong_preset"


def find(user: User, pk: UUID) -> Preset:
    """Return the user's preset. Raises NotFound."""
    found = Preset.objects.visible_to(user).select_related("agent", "owner").filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no preset `{pk}`, or it is not yours.")
    return found


@transaction.atomic
def create(
    owner: User,
    *,
    agent_id: UUID,
    name: str,
    version: int | None = None,
    description: str = "",
    inputs: Mapping[str, Any] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    is_active: bool = True,
) -> Preset:
    """Return a new preset for a version of an agent, by default for the active one.

    Raises NotFound or TooManyPresets; then nothing was kept.
    """
    found = graphs.find_startable(owner, agent_id, version)
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)  # they are counted
    if Preset.objects.filter(owner=owner).count() >= settings.SCHEDULES["most_presets"]:
        raise TooManyPresets
    preset = Preset.objects.create(
        owner=owner,
        agent=found.agent,
        version=version,
        name=name,
        description=description,
        inputs=dict(inputs or {}),
        credential_inputs=dict(credentials_inputs or {}),
        is_active=is_active,
    )
    trail.record(Action.PRESET_CREATED, owner=owner.pk, thing=preset, details=_told(preset))
    return preset


def create_from_run(
    owner: User,
    execution_id: UUID,
    *,
    name: str,
    description: str = "",
    is_active: bool = True,
) -> Preset:
    """Return a new preset with what a run was given, for the version that ran.

    Raises NotFound, PayloadPurged or TooManyPresets; then nothing was kept.
    """
    run = Execution.objects.visible_to(owner).with_graph().filter(pk=execution_id).first()
    if run is None:
        raise NotFound(f"There is no run `{execution_id}`, or it is not yours.")
    require_payload(run)
    return create(
        owner,
        agent_id=run.graph_version.agent_id,
        version=None if run.graph_version.is_snapshot else run.graph_version.version,
        name=name,
        description=description,
        inputs=run.inputs,
        credentials_inputs=run.credential_inputs,
        is_active=is_active,
    )


@transaction.atomic
def change(preset: Preset, **changes: Any) -> Preset:
    """Return the preset with some of its fields changed: those that `create` takes.

    Where inputs have the mark of a secret, what is kept there stays. Raises NotFound.
    """
    preset = (
        Preset.objects.select_for_update(of=("self",)).select_related("owner").get(pk=preset.pk)
    )
    if changes.get("version") is not None:
        graphs.find_startable(preset.owner, preset.agent_id, changes["version"])
    if "inputs" in changes:
        changes["inputs"] = unmasked(changes["inputs"], preset.inputs)
    if "credentials_inputs" in changes:
        changes["credential_inputs"] = dict(changes.pop("credentials_inputs"))
    for name, value in changes.items():
        setattr(preset, name, value)
    preset.save()
    trail.record(
        Action.PRESET_CHANGED,
        owner=preset.owner_id,
        thing=preset,
        details={**_told(preset), "changed": sorted(changes)},
    )
    return preset


@transaction.atomic
def delete(preset: Preset) -> None:
    """Remove the preset. Raises PresetInUse where something starts with it."""
    trail.record(Action.PRESET_DELETED, owner=preset.owner_id, thing=preset, details=_told(preset))
    try:
        with transaction.atomic():
            Preset.objects.filter(pk=preset.pk).delete()
    except ProtectedError as error:
        names = ", ".join(sorted(f"“{one}”" for one in error.protected_objects)[:5])
        raise PresetInUse(
            f"“{preset.name}” is used by {names}. Change or delete that first."
        ) from None


def execute(
    owner: User,
    preset: Preset,
    *,
    inputs: Mapping[str, Any] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    version: int | None = None,
    pk: UUID | None = None,
) -> Execution:
    """Return a new run with the preset's inputs and credentials; those given here come first.

    ``version`` is run instead of the preset's. Raises what `start_execution` raises, and
    PresetInactive; then nothing started.
    """
    if not preset.is_active:
        raise PresetInactive(f"The preset “{preset.name}” is switched off. Switch it on first.")
    return start_execution(
        owner=owner,
        agent_id=preset.agent_id,
        version=version or preset.version,
        inputs={**preset.inputs, **(inputs or {})},
        credentials_inputs={**preset.credential_inputs, **(credentials_inputs or {})},
        pk=pk,
        origin=Origin(preset_id=preset.pk),
    )


def check(owner: User, preset: Preset) -> None:
    """Raise what forbids a run of the preset as it is."""
    found = graphs.runnable(owner, preset.agent_id, preset.version)
    starting.check(owner.pk, found, preset.inputs, preset.credential_inputs)


def _told(preset: Preset) -> dict[str, Any]:
    return {"agent": str(preset.agent_id), "version": preset.version}
