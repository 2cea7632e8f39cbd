"""What a kind of trigger says and does.

A kind is called by others (`Called`), looks for something new now and then (`Polled`), or hears of
runs that end (`Heard`). Its settings are a pydantic model, of which the API and the form are made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agents.executions.models import Execution
from agents.triggers.calls import Call
from kernel.jsontypes import JSONObject


class Config(BaseModel):
    """The settings of one trigger."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PolledConfig(Config):
    """Of kinds that look for something new."""

    every_minutes: int = Field(
        15, ge=1, le=7 * 24 * 60, title="Every", description="Minutes between two looks."
    )


C = TypeVar("C", bound=Config)


@dataclass(frozen=True)
class Genuine:
    """A call that may be believed, as its kind understands it."""

    payload: JSONObject
    delivery_id: str | None = None
    signature: str | None = None
    """What may come only once, where the call is signed."""
    event: str = ""
    ignored: str = ""
    """Why it begins no run though it is genuine; empty where it does."""
    only_once: bool = False
    """Whether another body under the same delivery id is an error, and not the same call again."""


@dataclass(frozen=True)
class Item:
    """Something new that a look found."""

    id: str
    payload: JSONObject


@dataclass(frozen=True)
class Look:
    """What a look found, and what is to be remembered for the next one."""

    state: JSONObject
    items: Sequence[Item] = ()


@dataclass(frozen=True)
class Watch:
    """A trigger that asks another site for something, as much of it as its kind needs."""

    owner_id: Any
    agent_id: UUID
    config: Any
    state: JSONObject = field(default_factory=dict)


class Kind(Generic[C]):
    """What all kinds have."""

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    order: ClassVar[int] = 50
    config: type[C]
    provider: ClassVar[str] = ""
    """Of the blocks whose nodes it fills; empty for any that has a pin `payload`."""

    def subject(self, config: C, resource: str) -> str:
        """Return what is watched, by which triggers are found; ``resource`` is the node's word."""
        return resource

    def problems(self, config: C, owner_id: Any, agent_id: UUID) -> list[str]:
        """Return what is wrong with the settings, beyond their shape."""
        return []


class Called(Kind[C]):
    """It has an address that others call, and a secret that they show or sign with."""

    def judge(self, call: Call, secret: str, config: C, wanted: Sequence[str] | None) -> Genuine:
        """Return the call where it is genuine. Raises CallRefused, and what says that it is unreadable."""
        raise NotImplementedError

    def config_with(self, credential_id: str | None) -> JSONObject:
        """Return the settings of a trigger that may set up its webhook with a credential."""
        return {}

    def set_up(self, config: C, owner_id: Any, subject: str, url: str, secret: str) -> str:
        """Register the address at the other site; return what it calls that, "" where nobody can.

        Raises SetUpFailed.
        """
        return ""

    def take_down(self, config: C, owner_id: Any, subject: str, remote_id: str) -> None:
        """Remove from the other site what `set_up` made. Raises SetUpFailed."""


class Polled(Kind[C]):
    """It looks for something new now and then."""

    def period(self, config: C) -> int:
        """Return the seconds between two looks."""
        return int(getattr(config, "every_minutes", 15)) * 60

    def look(self, watch: Watch) -> Look:
        """Return what is new since the state. The first look only remembers what is there.

        Outside of any transaction. Raises TrellisError where nothing can be seen.
        """
        raise NotImplementedError


class Heard(Kind[C]):
    """It is told of runs that end."""

    def hears(self, config: C, execution: Execution) -> bool:
        """Return whether the end of this run of its subject begins one."""
        raise NotImplementedError

    def payload(self, execution: Execution) -> Mapping[str, Any]:
        """Return what the run that begins is told of the one that ended."""
        raise NotImplementedError
