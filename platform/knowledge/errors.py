"""Refusals."""

from kernel.errors import Conflict, TrellisError


class KnowledgeUnavailable(TrellisError):
    """This instance's PostgreSQL has no pgvector, which compares texts."""

    code = "knowledge_unavailable"
    status = 503


class KnowledgeInvalid(TrellisError):
    """A collection or a text cannot be kept so."""

    code = "knowledge_invalid"


class KnowledgeMismatch(Conflict):
    """The vectors are not those of the collection: they cannot be compared."""

    code = "knowledge_mismatch"


class KnowledgeFull(Conflict):
    """The collection has as many texts as it may."""

    code = "knowledge_full"
