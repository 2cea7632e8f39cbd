"""How a block reaches the world: through its RunContext and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal, Protocol
from uuid import UUID

from blocks.sdk.credentials import CredentialsAccess
from blocks.sdk.http import Http
from blocks.sdk.knowledge import Knowledge
from blocks.sdk.mail import Mail
from blocks.sdk.mcp import Mcp
from blocks.sdk.models import Models
from blocks.sdk.screens import Screens
from blocks.sdk.tools import Tools

Scope = Literal["this_node", "within_agent", "across_agents"]
"""Whose a value is: of this run of the node, with which it goes; of the agent; of all the user's agents."""


class Store(Protocol):
    """Values that are there when the block runs again, and after the run if the scope says so."""

    def get(self, key: str, *, scope: Scope, default: Any = None) -> Any:
        """Return the value under the key, or the default."""

    def put(self, key: str, value: Any, *, scope: Scope) -> None:
        """Keep the JSON value under the key."""


class Files(Protocol):
    """The files of one run, and those that its owner keeps."""

    def read(self, reference: str) -> bytes:
        """Return a file's content; a reference is a ``data:`` URI, what ``write`` returned, or
        ``workspace://<id>/<name>`` for a file that the run's owner has sent in.

        Raises BlockError where there is no such file or the reference leads elsewhere.
        """

    def write(self, content: bytes, *, name: str) -> str:
        """Keep a file for the length of the run and return its reference."""

    def keep(self, content: bytes, *, name: str) -> str:
        """Keep a file of the run's owner for good, and return its reference.

        The same content under the same name is kept once. It counts in what the owner may
        store. Raises BlockError where there is no room, or the file is too large.
        """


class Agents(Protocol):
    """Other agents."""

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Run an agent and yield (name, value) for each of its outputs, in order.

        The agent is started once, however often the block runs. While it is not finished the
        block is suspended and holds no worker; later it runs again from its beginning.
        Raises BlockError where the agent cannot be run, fails or is stopped.
        """


@dataclass(frozen=True)
class Decision:
    """What a person decided about the data of a review: the data may have been edited."""

    approved: bool
    data: Any
    message: str = ""


class Reviews(Protocol):
    """People who look at data before the run goes on with it."""

    def ask(self, data: Any, *, name: str, editable: bool) -> Decision:
        """Return what a person decided about the data.

        A person is asked once, however often the block runs. Until there is a decision the block
        is suspended and holds no worker, for days if need be; later it runs again from its
        beginning. Where the agent's settings say that nobody is asked, the data is approved.
        """


class Events(Protocol):
    """What happens outside: signals that somebody sends to the run."""

    def wait(self, name: str, *, timeout: float | None = None) -> Any:
        """Return the value of the next signal with this name.

        Each signal goes to one wait, in the order in which they were sent; one that came before
        is there at once. Until then the block is suspended and holds no worker; later it runs
        again from its beginning. Raises EventTimedOut after so many seconds.
        """


class RunContext(Protocol):
    """One run of one node.

    A block may be run again from its beginning, after a wait or a lost worker. What it emits is
    numbered, and a value that was delivered is not delivered again.
    """

    @property
    def user_id(self) -> str: ...
    @property
    def graph_id(self) -> UUID: ...
    @property
    def graph_version(self) -> int: ...
    @property
    def node_id(self) -> str: ...
    @property
    def graph_exec_id(self) -> UUID: ...
    @property
    def node_exec_id(self) -> UUID: ...
    @property
    def user_timezone(self) -> tzinfo: ...
    @property
    def store(self) -> Store: ...
    @property
    def files(self) -> Files: ...
    @property
    def agents(self) -> Agents: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def events(self) -> Events: ...
    @property
    def http(self) -> Http: ...
    @property
    def mail(self) -> Mail: ...
    @property
    def screens(self) -> Screens: ...
    @property
    def models(self) -> Models: ...
    @property
    def mcp(self) -> Mcp: ...
    @property
    def tools(self) -> Tools: ...
    @property
    def knowledge(self) -> Knowledge: ...

    @property
    def credentials(self) -> CredentialsAccess: ...

    @property
    def cancelled(self) -> bool:
        """True once the execution is being stopped or the block's time is up.

        Long blocks should look now and then, and end when it is true.
        """

    def now(self) -> datetime:
        """Return the present moment, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Go on after this many seconds, without holding a worker.

        The block is suspended here and run again from its beginning when the time has come;
        sleeps that are over return at once.
        """

    def log(self, message: str) -> None:
        """Write a line to the platform's log, with the run's ids."""
