"""Ask for embeddings. Like `calls`, to be imported where one is asked for, and not before."""

import math
from collections.abc import Iterator, Sequence

from llm import clients, failures
from llm.answers import Embeddings, Usage, Use
from llm.errors import ModelAnswerUnreadable, ModelRefused
from llm.prices import cents
from llm.routes import Route
from llm.wire import way_to

MOST_TEXTS = 100  # of one request: what Google takes; others take more
MOST_CHARACTERS = 200_000  # of one request; OpenAI takes 300,000 tokens
MOST_NUMBERS = 16_000  # of a vector, which is what pgvector keeps


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts, in order, as many at a time as a provider reads at once."""
    begin = characters = 0
    for place, text in enumerate(texts):
        is_full = place - begin == MOST_TEXTS or characters + len(text) > MOST_CHARACTERS
        if is_full and place > begin:
            yield texts[begin:place]
            begin, characters = place, 0
        characters += len(text)
    if begin < len(texts):
        yield texts[begin:]


async def embed(
    texts: Sequence[str], route: Route, *, seconds: float, use: Use = "document"
) -> Embeddings:
    """Return a vector for each text of one batch.

    Some models make others of what is looked for (`query`) than of what is to be found.

    Raises ModelError, or EgressError where the host cannot be asked.
    """
    if route.protocol == "anthropic":
        raise ModelRefused(
            f"{route.place} makes no embeddings. Name a model of OpenAI, Google, Mistral, Ollama or of a"
            " compatible server."
        )
    model = clients.embedder(route.protocol, route.base_url, route.model)
    try:
        async with way_to(route, seconds):
            found = await model.embed(texts, input_type=use)
        vectors = [[float(number) for number in one] for one in found.embeddings]
    except Exception as error:
        known = failures.of(error, route)
        if known is error:
            raise
        raise known from None
    _check(vectors, len(texts), route)
    tokens = found.usage.input_tokens
    return Embeddings(
        vectors=vectors,
        usage=Usage(1, tokens, 0, cents(route.provider, route.model, tokens, 0)),
        provider=route.provider,
        model=route.model,
    )


def _check(vectors: Sequence[Sequence[float]], wanted: int, route: Route) -> None:
    """Raise ModelAnswerUnreadable for vectors that nobody could compare."""
    who = f"{route.model!r} at {route.place}"
    if len(vectors) != wanted:
        raise ModelAnswerUnreadable(f"{who} gave {len(vectors)} vectors for {wanted} texts.")
    check_lengths(vectors, route)
    if any(not math.isfinite(number) for one in vectors for number in one):
        raise ModelAnswerUnreadable(f"{who} gave a vector with numbers that are none.")
    if not all(map(any, vectors)):
        raise ModelAnswerUnreadable(f"{who} gave a vector of nothing but zeros.")


def check_lengths(vectors: Sequence[Sequence[float]], route: Route) -> None:
    """Raise ModelAnswerUnreadable unless all vectors are equally long."""
    sizes = {len(one) for one in vectors}
    if len(sizes) != 1 or not 0 < max(sizes) <= MOST_NUMBERS:
        raise ModelAnswerUnreadable(
            f"{route.model!r} at {route.place} gave vectors of {sorted(sizes)[:5]} numbers; all must have as"
            f" many, from 1 to {MOST_NUMBERS:,}."
        )
