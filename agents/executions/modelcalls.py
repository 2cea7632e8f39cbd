"""Language models, for the blocks of a run."""

from collections.abc import Callable, Sequence
from typing import Protocol

from agents.executions.keyring import without
from agents.executions.web import give_connection_back
from agents.executions.words import Unheard
from blocks.sdk.credentials import NAME, CredentialsAccess
from blocks.sdk.models import (
    OLLAMA_HOST,
    Answer,
    Embeddings,
    ModelFailed,
    ModelFailedForNow,
    Question,
    ToolCall,
    Usage,
    Use,
)
from egress import EgressError
from egress.limits import Stop, never
from llm.errors import ModelError
from llm.instance import Instance
from llm.routes import Route, choose
from llm.settings import configured
from telemetry.metrics import LLM_TOKENS

Record = Callable[[Answer | Embeddings], None]


class Listener(Protocol):
    """Hears an answer as it comes."""

    def add(self, piece: str) -> None:
        """Take a piece; another thread calls this."""

    def tell(self) -> None:
        """Hand on what came since the last time."""


Listening = Callable[[str, Sequence[str]], Listener]
"""Returns who hears the value of an output pin, in which secrets must not be told."""


def unrecorded(answer: Answer | Embeddings) -> None:
    """Write nothing down."""


def unheard() -> None:
    """Tell nobody."""


def unlogged(line: str) -> None:
    """Log nothing."""


class RunModels:
    """The models that a node may ask. Satisfies ``Models``.

    ``record`` writes down what each answer used, ``listening`` hears answers as they
    come, ``log`` takes lines for the node's log.
    """

    def __init__(
        self,
        keyring: CredentialsAccess,
        *,
        stop: Stop = never,
        record: Record = unrecorded,
        listening: Listening = Unheard,
        log: Callable[[str], None] = unlogged,
    ) -> None:
        self._keyring = keyring
        self._stop = stop
        self._record = record
        self._listening = listening
        self._log = log

    def ask(
        self,
        question: Question,
        *,
        model: str,
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
        streams_to: str = "",
    ) -> Answer:
        instance = configured()
        try:
            route = self._route(model, instance, instance.model, ollama_host, pin)
            answer = self._asked(question, route, instance.seconds, streams_to)
        except (ModelError, EgressError) as error:
            raise failure(error) from None
        answer = cleaned(answer, route)
        self._note(answer)
        return answer

    def embed(
        self,
        texts: Sequence[str],
        *,
        model: str,
        use: Use = "document",
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
    ) -> Embeddings:
        from llm import embedding, loop  # as in `_asked`

        instance = configured()
        vectors: list[Sequence[float]] = []
        total = Usage(requests=0)
        try:
            route = self._route(model, instance, instance.embedding_model, ollama_host, pin)
            for some in embedding.batches(texts):
                task = embedding.embed(some, route, seconds=instance.seconds, use=use)
                found = loop.call(task, self._stop, unheard)
                self._note(found)  # also where the next part fails
                vectors += found.vectors
                total += found.usage
                embedding.check_lengths(vectors, route)
        except (ModelError, EgressError) as error:
            raise failure(error) from None
        return Embeddings(vectors, total, route.provider, route.model)

    def _route(
        self, model: str, instance: Instance, default: str, ollama_host: str, pin: str
    ) -> Route:
        """Return where to ask, and say in the log where that is another model than the named one."""
        route = choose(
            model,
            chosen=self._keyring.find(pin),
            instance=instance,
            ollama_host=ollama_host,
            default=default,
        )
        if route.is_instance and route.model != model:
            self._log(f"{model!r} is answered by {route.model!r}, the model of this instance.")
        give_connection_back()
        return route

    def _note(self, answer: Answer | Embeddings) -> None:
        count(answer.provider, answer.usage)
        self._record(answer)

    def _asked(self, question: Question, route: Route, seconds: float, pin: str) -> Answer:
        from llm import calls, loop  # they bring in the libraries, which takes a second or two

        secrets = [*self._keyring.secrets(), *route.secrets]
        hears: Listener = self._listening(pin, secrets) if pin else Unheard()
        task = calls.ask(question, route, seconds=seconds, listener=hears.add)
        return loop.call(task, self._stop, hears.tell)


def failure(error: ModelError | EgressError) -> ModelFailed | ModelFailedForNow:
    """Return what the block raises."""
    if error.may_pass:
        after = error.retry_after if isinstance(error, ModelError) else None
        return ModelFailedForNow(error.message, code=error.code, retry_after=after)
    return ModelFailed(error.message, code=error.code)


def cleaned(answer: Answer, route: Route) -> Answer:
    """Return the answer without the key, which a server may send back."""
    if not route.secrets:
        return answer
    calls = [
        ToolCall(one.id, one.name, without(dict(one.arguments), route.secrets))
        for one in answer.calls
    ]
    return Answer(
        text=str(without(answer.text, route.secrets)),
        calls=calls,
        usage=answer.usage,
        provider=answer.provider,
        model=answer.model,
        cut_off=answer.cut_off,
    )


def count(provider: str, usage: Usage) -> None:
    """Count the tokens for whoever runs this instance."""
    LLM_TOKENS.labels(provider, "input").inc(usage.input_tokens)
    LLM_TOKENS.labels(provider, "output").inc(usage.output_tokens)
