"""What an owner may set for an agent, for all of its versions.

Settings are no part of a version: they change at once, for runs that are under way too. So read
them where they are needed (`agents.graphs.services.settings_of`) and do not keep them.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from agents.graphs.misfits import misfits
from kernel.errors import TrellisError
from kernel.jsontypes import JSONValue

WhenFull = Literal["queue", "skip", "replace_oldest"]


class InvalidSettings(TrellisError):
    """The settings cannot be changed so. Every problem is listed by its key."""

    code = "invalid_settings"


def _nullable(schema: dict[str, Any]) -> None:
    """Say "or null" as OpenAPI 3.0 does."""
    [kind] = [one for one in schema.pop("anyOf") if one != {"type": "null"}]
    schema.update(kind, nullable=True)


class GraphSettings(BaseModel, extra="forbid", strict=True, frozen=True):
    """What is set for one agent."""

    human_in_the_loop_safe_mode: bool = Field(
        default=True, description="Blocks that ask a person wait for the answer."
    )
    sensitive_action_safe_mode: bool = Field(
        default=False, description="Sensitive blocks wait until a person approves."
    )
    max_concurrent_executions: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        json_schema_extra=_nullable,
        description="How many runs of the agent may be under way at once; null for no such limit.",
    )
    when_full: WhenFull = Field(
        default="queue",
        description="What a start does while that many are: wait its turn, be refused, or stop "
        "the oldest run and take its place.",
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        json_schema_extra=_nullable,
        description="After how many days ended runs are purged; null for the instance's own limit.",
    )

    @classmethod
    def stored(cls, kept: Mapping[str, Any]) -> Self:
        """Return the settings that a row keeps; a key of a newer release is passed over."""
        return cls.model_validate({key: kept[key] for key in cls.model_fields if key in kept})

    def changed(self, changes: JSONValue) -> Self:
        """Return the settings with the keys of an object changed. Raises InvalidSettings."""
        if not isinstance(changes, dict):
            raise InvalidSettings('The body must be an object like {"when_full": "skip"}.')
        try:
            return type(self).model_validate({**self.chosen, **changes})
        except ValidationError as error:
            raise InvalidSettings(errors=misfits(error, whole="settings")) from None

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what was set: the rest follows the defaults, also when these change."""
        return self.model_dump(exclude_unset=True)
