"""The block that makes vectors of texts; and what blocks that need such vectors have in common."""

from collections.abc import Iterator, Sequence
from typing import Any

from blocks.library.ai_prompts import RETRY, ollama_host_pin
from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import ChosenCredential
from blocks.sdk.models import Embeddings, Use, model_credentials_pin

MODEL = "text-embedding-3-small"
MOST_TEXTS = 1_000
LONGEST = 100_000  # characters of one text


def embedding_model_pin() -> Any:
    """Return the pin that says which model makes the vectors."""
    return pin(
        MODEL,
        description="The model that makes vectors of texts: a name that its provider knows, or `provider:name`."
        " Where no key of the provider is chosen, this instance's own answers, if it has one",
        advanced=True,
    )


def embed(
    inputs: Any, context: RunContext, texts: Sequence[str], use: Use = "document"
) -> Embeddings:
    """Return the texts' vectors, of the model that the inputs name."""
    return context.models.embed(texts, model=inputs.model, use=use, ollama_host=inputs.ollama_host)


def check_text(text: str, name: str) -> None:
    """Raise BlockError unless a vector can be made of the text."""
    if not text.strip():
        raise BlockError(f"{name} is empty.")
    if len(text) > LONGEST:
        raise BlockError(f"{name} has {len(text):,} characters; {LONGEST:,} is the most.")


class EmbeddingInputs(InputPins):
    texts: list[str] = pin(description="The texts")
    model: str = embedding_model_pin()
    credentials: ChosenCredential = model_credentials_pin()
    ollama_host: str = ollama_host_pin()


class EmbeddingOutputs(OutputPins):
    embeddings: list[list[float]] = pin(
        default_factory=list, description="A list of numbers for each text, in order"
    )
    dimensions: int = pin(0, description="How many numbers each has")


@block(
    id="52f06743-7964-465b-9f3a-4885f0b2b43d",
    name="CreateEmbeddingsBlock",
    categories=[Category.AI],
    retry=RETRY,
    examples=[
        (
            EmbeddingInputs(texts=["a tree", "sky"]),
            EmbeddingOutputs(embeddings=[[3, 2], [0, 3]], dimensions=2),
        )
    ],
)
def create_embeddings(inputs: EmbeddingInputs, context: RunContext) -> Iterator[EmbeddingOutputs]:
    """Have a model make vectors of texts: what means alike has vectors that are near each other."""
    if not 0 < len(inputs.texts) <= MOST_TEXTS:
        raise BlockError(
            f"`texts` has {len(inputs.texts):,}. Give from one to {MOST_TEXTS:,} texts."
        )
    for number, text in enumerate(inputs.texts, start=1):
        check_text(text, f"Text {number}")
    vectors = [list(one) for one in embed(inputs, context, inputs.texts).vectors]
    yield EmbeddingOutputs(embeddings=vectors, dimensions=len(vectors[0]))
