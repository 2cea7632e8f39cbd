"""SearXNG, a search engine of one's own."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="searxng",
    title="SearXNG",
    kinds=(Kind.API_KEY, Kind.USER_PASSWORD),
    help_url="https://docs.searxng.org/",
    base_url="http://localhost:8080",
    keyless=True,
)
