"""What a block asks language models, and what it hears."""

from collections.abc import Sequence
from typing import Any, Protocol

from blocks.sdk.credentials import NAME, credentials_pin
from blocks.sdk.errors import BlockError, TransientBlockError
from llm.answers import Answer, Embeddings, Message, Question, Tool, ToolCall, Usage, Use
from llm.history import pending_calls
from llm.names import OFFERED
from llm.providers import PROVIDERS
from llm.routes import OLLAMA_HOST

__all__ = [
    "OLLAMA_HOST",
    "Answer",
    "Embeddings",
    "Message",
    "ModelFailed",
    "ModelFailedForNow",
    "Models",
    "Question",
    "Tool",
    "ToolCall",
    "Usage",
    "Use",
    "model_credentials_pin",
    "pending_calls",
]


class ModelFailed(BlockError):
    """The model gave no answer. ``code`` says why: docs/errors.md, "Models"."""

    code = "model_failed"

    def __init__(self, message: str, *, code: str = code) -> None:
        super().__init__(message)
        self.code = code


class ModelFailedForNow(TransientBlockError):
    """The model gave no answer now; asking again may help."""

    code = "model_failed"

    def __init__(self, message: str, *, code: str = code, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.code = code


class Models(Protocol):
    """Language models: those of the node's credential, and those that the instance offers."""

    def ask(
        self,
        question: Question,
        *,
        model: str,
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
        streams_to: str = "",
    ) -> Answer:
        """Return what the model of this name says.

        ``pin`` is the credentials pin; ``streams_to`` the output pin whose value the answer will be: those
        who watch the run then see it grow. What it used is written down at once, whatever becomes
        of the block. Raises ModelFailed, or ModelFailedForNow where asking later may help: then let it
        out, and the block runs again when the provider wants to be asked, without holding a worker.
        """

    def embed(
        self,
        texts: Sequence[str],
        *,
        model: str,
        use: Use = "document",
        ollama_host: str = OLLAMA_HOST,
        pin: str = NAME,
    ) -> Embeddings:
        """Return a vector for each text, all equally long: what means alike has vectors that are near.

        ``use`` is `query` for what is looked for. However many texts there are: a provider is asked as often
        as need be. All else is as with ``ask``.
        """


def model_credentials_pin(**more: Any) -> Any:
    """Return the credentials pin of a block whose pin ``model`` says whose key it needs.

    It may stay empty: the instance may have a model for everybody, and some need no key. Where neither
    is so, asking says what is missing.
    """
    return credentials_pin(
        *PROVIDERS,
        kinds=["api_key"],
        discriminator="model",
        mapping=OFFERED,
        required=False,
        description="The key for the model's provider",
        **more,
    )


def conversation(system: str, prompt: str) -> Sequence[Message]:
    """Return the messages that begin a conversation, without those that say nothing."""
    said = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
    return [one for one in said if one["content"]]
