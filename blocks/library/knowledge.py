"""Blocks that keep texts, and find them again by what they mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.library.ai_embeddings import check_text, embed, embedding_model_pin
from blocks.library.ai_prompts import RETRY, ollama_host_pin
from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import ChosenCredential
from blocks.sdk.knowledge import Kept
from blocks.sdk.models import model_credentials_pin

PLANTS = {"plants": {"leaf": "A leaf is green", "why": "Why, my dry sky"}}
MEMBERS = frozenset({"text", "key", "metadata"})


def collection_pin() -> Any:
    """Return the pin that says among which texts."""
    return pin(
        "default", description="The collection: a name of yours for texts that belong together"
    )


def filter_pin(what: str) -> Any:
    """Return the pin that says what metadata a text must have."""
    return pin(
        default_factory=dict,
        description=f"{what} whose metadata have all of these values",
        advanced=True,
    )


class AddKnowledgeInputs(InputPins):
    text: str = pin("", description="A text to keep")
    collection: str = collection_pin()
    key: str = pin(
        "",
        description="What the text is called: it takes the place of the text that was kept under this key."
        " Empty, each text is kept once",
    )
    metadata: dict[str, Any] = pin(
        default_factory=dict,
        description="What is known of the text, or of all, such as where it is from",
    )
    entries: list[Any] = pin(
        default_factory=list,
        description='Many texts at once: each a text, or {"text": "…", "key": "…", "metadata": {…}}',
    )
    model: str = embedding_model_pin()
    credentials: ChosenCredential = model_credentials_pin()
    ollama_host: str = ollama_host_pin()


class AddKnowledgeOutputs(OutputPins):
    keys: list[str] = pin(default_factory=list, description="The keys of the texts, in their order")
    count: int = pin(0, description="How many texts were given")


@block(
    id="8f23b5eb-f20e-437f-a2ac-09f0d14eac1a",
    name="AddKnowledgeBlock",
    categories=[Category.AI, Category.DATA],
    effect="idempotent",
    retry=RETRY,
    examples=[
        (
            AddKnowledgeInputs(text="Trees have leaves.", collection="plants", key="trees"),
            AddKnowledgeOutputs(keys=["trees"], count=1),
        ),
        (
            AddKnowledgeInputs(
                collection="plants",
                entries=[{"text": "Roses are red.", "key": "roses", "metadata": {"page": 3}}],
            ),
            AddKnowledgeOutputs(keys=["roses"], count=1),
        ),
    ],
)
def add_knowledge(inputs: AddKnowledgeInputs, context: RunContext) -> Iterator[AddKnowledgeOutputs]:
    """Keep texts in a collection, where Search Knowledge finds them by what they mean.

    All are kept, or none. A model makes a vector of each; all texts of a collection need the same model.
    """
    texts = list(given(inputs))
    if not texts:
        raise BlockError("`text` and `entries` are empty. Give a text to keep.")
    context.knowledge.check(inputs.collection, texts)
    vectors = embed(inputs, context, [one.text for one in texts])
    keys = context.knowledge.add(inputs.collection, texts, vectors)
    yield AddKnowledgeOutputs(keys=list(keys), count=len(keys))


def given(inputs: AddKnowledgeInputs) -> Iterator[Kept]:
    """Yield the texts to keep. Raises BlockError for what is none."""
    if inputs.text:
        yield Kept(inputs.text, inputs.key, inputs.metadata)
    for number, entry in enumerate(inputs.entries, start=1):
        if isinstance(entry, str):
            yield Kept(entry, metadata=inputs.metadata)
            continue
        if not _is_entry(entry):
            raise BlockError(
                f'Entry {number} must be a text, or {{"text": "…", "key": "…", "metadata": {{…}}}}, and is'
                f" {str(entry)[:100]!r}."
            )
        yield Kept(
            entry["text"],
            entry.get("key") or "",
            {**inputs.metadata, **(entry.get("metadata") or {})},
        )


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, Mapping)
        and isinstance(entry.get("text"), str)
        and isinstance(entry.get("key"), str | None)
        and isinstance(entry.get("metadata"), Mapping | None)
        and entry.keys() <= MEMBERS
    )


class SearchKnowledgeInputs(InputPins):
    query: str = pin(description="What to look for, in words")
    collection: str = collection_pin()
    limit: int = pin(5, description="How many texts at most, up to 100")
    filter: dict[str, Any] = filter_pin("Only texts")
    min_score: float | None = pin(
        None,
        description="Leave out what is less near: 1 means the same, 0 has nothing in common",
        advanced=True,
    )
    model: str = embedding_model_pin()
    credentials: ChosenCredential = model_credentials_pin()
    ollama_host: str = ollama_host_pin()


class SearchKnowledgeOutputs(OutputPins):
    results: list[dict[str, Any]] = pin(
        default_factory=list,
        description="What was found, nearest first, each with key, text, score and metadata",
    )
    texts: list[str] = pin(default_factory=list, description="The texts alone")


@block(
    id="8117496e-24b1-4a41-a85e-b84e67b091b5",
    name="SearchKnowledgeBlock",
    categories=[Category.AI, Category.SEARCH],
    retry=RETRY,
    knowledge=PLANTS,
    examples=[
        (
            SearchKnowledgeInputs(query="leaf", collection="plants", limit=1),
            SearchKnowledgeOutputs(
                results=[{"key": "leaf", "text": "A leaf is green", "score": 1.0, "metadata": {}}],
                texts=["A leaf is green"],
            ),
        )
    ],
)
def search_knowledge(
    inputs: SearchKnowledgeInputs, context: RunContext
) -> Iterator[SearchKnowledgeOutputs]:
    """Find the texts of a collection that are nearest in meaning to some words.

    Where there is no such collection yet, nothing is found.
    """
    check_text(inputs.query, "`query`")
    context.knowledge.check(inputs.collection)
    found = context.knowledge.search(
        inputs.collection,
        embed(inputs, context, [inputs.query], "query"),
        limit=inputs.limit,
        filter=inputs.filter,
        least=inputs.min_score,
    )
    if found is None:
        context.log(f"There is no collection {inputs.collection!r} yet.")
    results = [
        {"key": one.key, "text": one.text, "score": one.score, "metadata": dict(one.metadata)}
        for one in found or ()
    ]
    yield SearchKnowledgeOutputs(results=results, texts=[one["text"] for one in results])


class DeleteKnowledgeInputs(InputPins):
    collection: str = collection_pin()
    keys: list[str] = pin(default_factory=list, description="The keys of the texts to delete")
    filter: dict[str, Any] = filter_pin("Delete the texts")
    everything: bool = pin(
        False,
        description="Delete all texts of the collection, if nothing else is said",
        advanced=True,
    )


class DeleteKnowledgeOutputs(OutputPins):
    deleted: int = pin(0, description="How many texts there were")


@block(
    id="ecdee0c5-7b87-4e17-98ff-5a161fc83c09",
    name="DeleteKnowledgeBlock",
    categories=[Category.DATA],
    effect="idempotent",
    knowledge=PLANTS,
    examples=[
        (
            DeleteKnowledgeInputs(collection="plants", keys=["leaf", "stone"]),
            DeleteKnowledgeOutputs(deleted=1),
        )
    ],
)
def delete_knowledge(
    inputs: DeleteKnowledgeInputs, context: RunContext
) -> Iterator[DeleteKnowledgeOutputs]:
    """Delete texts of a collection: those under the keys, those with such metadata, or all."""
    if not (inputs.keys or inputs.filter or inputs.everything):
        raise BlockError(
            "`keys` and `filter` are empty. Name texts, or set `everything` to delete all."
        )
    keys = inputs.keys or None
    yield DeleteKnowledgeOutputs(
        deleted=context.knowledge.delete(inputs.collection, keys=keys, filter=inputs.filter)
    )
