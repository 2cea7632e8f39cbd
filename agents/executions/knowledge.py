"""The knowledge of a run's owner, for its blocks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from agents.executions.web import give_connection_back
from blocks.sdk.knowledge import Found, Kept, KnowledgeFailed
from blocks.sdk.models import Embeddings
from kernel.errors import TrellisError
from knowledge import entries, services
from knowledge.entries import Entry


class RunKnowledge:
    """Texts in PostgreSQL, of one person. Satisfies ``Knowledge``."""

    def __init__(self, owner_id: Any) -> None:
        self._owner_id = owner_id

    def check(self, collection: str, texts: Sequence[Kept] = ()) -> None:
        with _asked():
            services.refuse_unless_ready(collection)
            entries.check(_entries(texts))

    def add(self, collection: str, texts: Sequence[Kept], embeddings: Embeddings) -> Sequence[str]:
        with _asked():
            return services.add(
                self._owner_id,
                collection,
                _entries(texts),
                vectors=embeddings.vectors,
                model=embeddings.model,
            )

    def search(
        self,
        collection: str,
        query: Embeddings,
        *,
        limit: int,
        filter: Mapping[str, Any],
        least: float | None = None,
    ) -> Sequence[Found] | None:
        [vector] = query.vectors
        with _asked():
            found = services.search(
                self._owner_id,
                collection,
                vector,
                model=query.model,
                limit=limit,
                filter=filter,
                least=least,
            )
        if found is None:
            return None
        return [Found(one.key, one.text, one.score, one.metadata) for one in found]

    def delete(
        self, collection: str, *, keys: Sequence[str] | None, filter: Mapping[str, Any]
    ) -> int:
        with _asked():
            return services.delete(self._owner_id, collection, keys=keys, filter=filter)


@contextmanager
def _asked() -> Iterator[None]:
    """Tell the block of a refusal in its own words, and keep no connection afterwards."""
    try:
        yield
    except TrellisError as error:
        raise KnowledgeFailed(error.message, code=error.code) from None
    finally:
        give_connection_back()


def _entries(texts: Sequence[Kept]) -> list[Entry]:
    return [Entry(one.text, one.key, one.metadata) for one in texts]
