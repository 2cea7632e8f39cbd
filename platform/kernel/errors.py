"""The base of every refusal: a stable code, a sentence, and an HTTP status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Detail:
    """One thing that is wrong: where (``attr``, dotted), which kind (``code``) and the sentence."""

    code: str
    detail: str
    attr: str | None = None
    node_id: str | None = None
    pin: str | None = None
    link_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the members that are set."""
        return {key: value for key, value in vars(self).items() if value is not None}


class TrellisError(Exception):
    """The request cannot be carried out.

    A subclass's docstring is its default sentence; ``code`` never changes once released.
    ``docs/errors.md`` lists every code with its cause and remedy.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(
        self,
        message: str = "",
        *,
        errors: Sequence[Detail] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take what the caller is told.

        ``members`` go into the problem beside the usual ones, ``headers`` into its response.
        """
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})
        super().__init__(self.message)


class NotFound(TrellisError):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    status = 404


class Conflict(TrellisError):
    """This cannot be done in the present state."""

    code = "conflict"
    status = 409
