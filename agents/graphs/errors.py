"""Why an agent or a version of it cannot be changed."""

from kernel.errors import TrellisError


class VersionConflict(TrellisError):
    """The agent has changed since you read it. Read it again, and save your change on top."""

    code = "version_conflict"
    status = 412


class GraphIdMismatch(TrellisError):
    """The graph's id is not the id in the address. Leave the id out, or use the right address."""

    code = "graph_id_mismatch"


class TooManyVersions(TrellisError):
    """The agent's version numbers are used up. Import it anew under a lower version."""

    code = "too_many_versions"


class DraftConflict(TrellisError):
    """The draft has changed since you read it. Merge your change with `draft`, and save again."""

    code = "draft_conflict"
    status = 412


class RevisionRequired(TrellisError):
    """Say which revision you change: send the draft's `ETag` in the header `If-Match`."""

    code = "revision_required"
    status = 428
