"""How the platform itself talks to providers: one guarded request, no redirects, soon over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from credentials.errors import ProviderUnavailable
from egress import Client, EgressError
from egress.settings import configured
from kernel.jsontypes import JSONValue, NotJSON, loads

SECONDS = 15.0  # for an answer as a whole, however it drips
MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """What a provider answered. Also what Authlib wants of a response."""

    status_code: int
    content: bytes

    def json(self) -> JSONValue:
        """Return the body as JSON. Raises NotJSON, a ValueError."""
        return loads(self.content)

    def raise_for_status(self) -> None:
        """Raise ProviderUnavailable for an answer that is none."""
        if self.status_code >= 400:
            raise ProviderUnavailable(f"The provider answered with status {self.status_code}.")

    def object(self) -> dict[str, JSONValue]:
        """Return the JSON object in the body; an empty one where it is anything else."""
        try:
            found = self.json()
        except NotJSON:
            return {}
        return found if isinstance(found, dict) else {}


def ask(
    method: str, url: str, *, headers: Mapping[str, str], body: str | bytes | None = None
) -> Answer:
    """Return the answer of a provider. Raises ProviderUnavailable, which quotes nothing of it."""
    limits = replace(configured().limits, total_seconds=SECONDS, max_bytes=MOST_BYTES)
    try:
        with Client(limits=limits, follow_redirects=False) as client:
            response = client.request(method, url, headers=dict(headers), content=body)
            return Answer(response.status_code, response.content)
    except EgressError as error:
        raise ProviderUnavailable(
            f"The provider cannot be reached: {error.message} Try again in a moment."
        ) from None
