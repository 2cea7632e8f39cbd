"""Run a block offline."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.message import EmailMessage
from hashlib import sha256
from operator import mul
from typing import Any
from uuid import UUID, uuid4

from blocks.sdk.context import Agents, Decision, Events, Files, Reviews, Scope, Store
from blocks.sdk.credentials import NAME, Credentials, CredentialsAccess
from blocks.sdk.errors import BlockError
from blocks.sdk.http import FormFile, Headers, HeadersFor, Http, HttpResponse, RequestFailed
from blocks.sdk.knowledge import Found, Kept, Knowledge
from blocks.sdk.mail import Mail
from blocks.sdk.mcp import Mcp, McpFailed, McpTool
from blocks.sdk.models import OLLAMA_HOST, Answer, Embeddings, ModelFailed, Models, Question, Use
from blocks.sdk.pins import InputPins
from blocks.sdk.screens import PictureFormat, Screens
from blocks.sdk.spec import BlockSpec, Emit
from blocks.sdk.tools import ToolNode, Tools


@dataclass
class MemoryStore:
    """A Store in a dictionary."""

    values: dict[tuple[Scope, str], Any] = field(default_factory=dict)

    def get(self, key: str, *, scope: Scope, default: Any = None) -> Any:
        return self.values.get((scope, key), default)

    def put(self, key: str, value: Any, *, scope: Scope) -> None:
        self.values[scope, key] = value


@dataclass
class MemoryFiles:
    """Files in a dictionary."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, reference: str) -> bytes:
        from blocks.sdk.media import decode_data_uri

        if reference.startswith("data:"):
            return decode_data_uri(reference).content
        try:
            return self.contents[reference]
        except KeyError:
            raise BlockError(f"There is no file {reference!r} in this run.") from None

    def write(self, content: bytes, *, name: str) -> str:
        self.contents[name] = content
        return name

    def keep(self, content: bytes, *, name: str) -> str:
        reference = f"workspace://00000000-0000-0000-0000-000000000001/{name}"
        self.contents[reference] = content
        return reference


class NoAgents:
    """No agent can be run."""

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        raise BlockError("There are no agents here.")


@dataclass
class PromptReviews:
    """Answers at once: the given decisions in order, then approval. ``asked`` lists the names."""

    decisions: list[Decision] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def ask(self, data: Any, *, name: str, editable: bool) -> Decision:
        self.asked.append(name)
        return self.decisions.pop(0) if self.decisions else Decision(approved=True, data=data)


@dataclass
class PastEvents:
    """Events that have happened already: with the values given by name, else without a value."""

    values: dict[str, list[Any]] = field(default_factory=dict)

    def wait(self, name: str, *, timeout: float | None = None) -> Any:
        left = self.values.get(name)
        return left.pop(0) if left else None


@dataclass
class Sent:
    """One request that a block made, with all the headers that went along."""

    method: str
    url: str
    headers: dict[str, str]
    params: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: Any = None
    content: bytes | None = None
    files: tuple[FormFile, ...] = ()


@dataclass
class CannedHttp:
    """Hosts that answer as given, by address without query. ``sent`` lists what they were asked."""

    answers: Mapping[str, HttpResponse] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        secrets: HeadersFor | None = None,
        params: Headers | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        files: Sequence[FormFile] = (),
        follow_redirects: bool = True,
        max_bytes: int | None = None,
    ) -> HttpResponse:
        all_headers = {**(headers or {}), **(secrets(url) if secrets else {})}
        self.sent.append(
            Sent(method, url, all_headers, dict(params or {}), json, form, content, tuple(files))
        )
        try:
            return self.answers[url]
        except KeyError:
            raise RequestFailed(
                f"There is no host at {url!r} here.", code="host_not_found"
            ) from None


@dataclass
class Outgoing:
    """Mail that goes nowhere: ``sent`` lists it, with the server that would have taken it."""

    sent: list[tuple[str, int, EmailMessage]] = field(default_factory=list)

    def send(
        self,
        message: EmailMessage,
        *,
        host: str,
        port: int,
        username: str = "",
        password: str = "",
    ) -> None:
        self.sent.append((host, port, message))


@dataclass
class CannedScreens:
    """A browser that shows the same for each page. ``shown`` lists the addresses."""

    picture: bytes = b"\x89PNG\r\n\x1a\n"
    shown: list[str] = field(default_factory=list)

    def take(
        self,
        url: str,
        *,
        width: int,
        height: int,
        full_page: bool = False,
        format: PictureFormat = "png",
    ) -> bytes:
        self.shown.append(url)
        return self.picture


@dataclass
class CannedModels:
    """A model that says what is given, in order. ``asked`` lists the questions, with the model's name."""

    replies: Sequence[str | Answer | Exception] = ()
    asked: list[tuple[str, Question]] = field(default_factory=list)

    def ask(
        self,
        question: Question,
        *,
        model: str,
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
        streams_to: str = "",
    ) -> Answer:
        self.asked.append((model, question))
        if len(self.asked) > len(self.replies):
            raise ModelFailed("There is no model here that says more.")
        said = self.replies[len(self.asked) - 1]
        if isinstance(said, Exception):
            raise said
        return Answer(said, provider="canned", model=model) if isinstance(said, str) else said

    def embed(
        self,
        texts: Sequence[str],
        *,
        model: str,
        use: Use = "document",
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
    ) -> Embeddings:
        return Embeddings([vector_of(text) for text in texts], provider="canned", model=model)


def vector_of(text: str) -> list[float]:
    """Return a vector that stands for a model's: how many vowels and how many other letters there are."""
    letters = [one for one in text.lower() if one.isalpha()]
    vowels = sum(one in "aeiou" for one in letters)
    return [float(vowels), float(len(letters) - vowels)]


@dataclass
class MemoryKnowledge:
    """Texts in a dictionary, by collection and key, without vectors of their own."""

    kept: dict[str, dict[str, Kept]] = field(default_factory=dict)

    def check(self, collection: str, texts: Sequence[Kept] = ()) -> None:
        """Take everything."""

    def add(self, collection: str, texts: Sequence[Kept], embeddings: Embeddings) -> Sequence[str]:
        keys = [one.key or sha256(one.text.encode()).hexdigest() for one in texts]
        self.kept.setdefault(collection, {}).update(zip(keys, texts, strict=True))
        return keys

    def search(
        self,
        collection: str,
        query: Embeddings,
        *,
        limit: int,
        filter: Mapping[str, Any],
        least: float | None = None,
    ) -> Sequence[Found] | None:
        if collection not in self.kept:
            return None
        [wanted] = query.vectors
        found = [
            Found(key, one.text, nearness(vector_of(one.text), wanted), one.metadata)
            for key, one in self.kept[collection].items()
            if filter.items() <= one.metadata.items()
        ]
        found.sort(key=lambda one: (-one.score, one.key))
        return [one for one in found if least is None or one.score >= least][:limit]

    def delete(
        self, collection: str, *, keys: Sequence[str] | None, filter: Mapping[str, Any]
    ) -> int:
        there = self.kept.get(collection, {})
        gone = [
            key
            for key, one in there.items()
            if (keys is None or key in keys) and filter.items() <= one.metadata.items()
        ]
        for key in gone:
            del there[key]
        return len(gone)


def nearness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of the angle between two vectors, to six places."""
    lengths = math.hypot(*one) * math.hypot(*other)
    return round(sum(map(mul, one, other)) / lengths, 6) if lengths else 0.0


@dataclass
class GivenTools:
    """Tools that answer as given, by name. ``used`` lists what they were given."""

    nodes: Sequence[ToolNode] = ()
    answers: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    used: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def all(self) -> Sequence[ToolNode]:
        return self.nodes

    def run(self, tool: ToolNode, values: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        self.used.append((tool.name, values))
        return self.answers[tool.name]


@dataclass
class GivenCredentials:
    """Credentials by pin, as they are given."""

    given: dict[str, Credentials] = field(default_factory=dict)

    def get(self, pin: str = NAME) -> Credentials:
        if pin not in self.given:
            raise BlockError(f"No credential was given for the pin {pin!r}.")
        return self.given[pin]

    def find(self, pin: str = NAME) -> Credentials | None:
        return self.given.get(pin)

    def secrets(self) -> Sequence[str]:
        return [text for one in self.given.values() for text in one.secrets()]

    def cleaned(self, value: Any) -> Any:
        return value


class NoMcp:
    """There are no MCP servers."""

    def tools(self, url: str, *, secrets: HeadersFor | None = None) -> list[McpTool]:
        raise McpFailed("There are no MCP servers here.")

    def call(
        self,
        url: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        secrets: HeadersFor | None = None,
    ) -> Any:
        raise McpFailed("There are no MCP servers here.")


@dataclass
class FakeContext:
    """A RunContext without a world: nothing is waited for, and sleeps are listed in ``slept``."""

    user_id: str = "1"
    graph_id: UUID = field(default_factory=uuid4)
    graph_version: int = 1
    node_id: str = "node"
    graph_exec_id: UUID = field(default_factory=uuid4)
    node_exec_id: UUID = field(default_factory=uuid4)
    user_timezone: tzinfo = UTC
    store: Store = field(default_factory=MemoryStore)
    files: Files = field(default_factory=MemoryFiles)
    agents: Agents = field(default_factory=NoAgents)
    reviews: Reviews = field(default_factory=PromptReviews)
    events: Events = field(default_factory=PastEvents)
    http: Http = field(default_factory=CannedHttp)
    mail: Mail = field(default_factory=Outgoing)
    mcp: Mcp = field(default_factory=NoMcp)
    screens: Screens = field(default_factory=CannedScreens)
    models: Models = field(default_factory=CannedModels)
    tools: Tools = field(default_factory=GivenTools)
    knowledge: Knowledge = field(default_factory=MemoryKnowledge)
    credentials: CredentialsAccess = field(default_factory=GivenCredentials)
    cancelled: bool = False
    moment: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def log(self, message: str) -> None:
        self.logged.append(message)


def run_block(
    spec: BlockSpec, inputs: InputPins | Mapping[str, Any], context: FakeContext | None = None
) -> list[Emit]:
    """Return all that a block emits for these inputs (a model, or values by pin name).

    Without a context, other hosts and models answer as they do in the block's examples.
    """
    pins = inputs if isinstance(inputs, InputPins) else spec.inputs.build(inputs)
    context = context or FakeContext(
        http=CannedHttp(spec.answers),
        credentials=GivenCredentials(dict(spec.example_credentials)),
        models=CannedModels(spec.replies),
        knowledge=example_knowledge(spec),
    )
    return list(spec.run(pins, context))


def example_knowledge(spec: BlockSpec) -> MemoryKnowledge:
    """Return the knowledge that is there in the block's examples."""
    return MemoryKnowledge(
        {
            collection: {key: Kept(text, key) for key, text in texts.items()}
            for collection, texts in spec.knowledge.items()
        }
    )
