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
    ModelFailed,
    ModelFailedForNow,
    Question,
    ToolCall,
    Usage,
)
from egress import EgressError
from egress.limits import Stop, never
from llm.errors import ModelError
from llm.routes import Route, choose
from llm.settings import configured
from telemetry.metrics import LLM_TOKENS

Record = Callable[[Answer], None]


class Listener(Protocol):
    """Hears an answer as it comes."""

    def add(self, piece: str) -> None:
        """Take a piece; another thread calls this."""

    def tell(self) -> None:
        """Hand on what came since the last time."""


Listening = Callable[[str, Sequence[str]], Listener]
"""Returns who hears the value of an output pin, in which secrets must not be told."""


def unrecorded(answer: Answer) -> None:
    """Write nothing down."""


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
            route = choose(
                model,
                chosen=self._keyring.find(pin),
                instance=instance,
                ollama_host=ollama_host,
                default=instance.model,
            )
            if route.is_instance and route.model != model:
                self._log(f"{model!r} is answered by {route.model!r}, the model of this instance.")
            give_connection_back()
            answer = self._asked(question, route, instance.seconds, streams_to)
        except (ModelError, EgressError) as error:
            raise failure(error) from None
        answer = cleaned(answer, route)
        count(answer.provider, answer.usage)
        self._record(answer)
        return answer

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
