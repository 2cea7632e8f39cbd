"""E2B."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="e2b",
    title="E2B",
    kinds=(Kind.API_KEY,),
    hosts=("api.e2b.dev", "*.e2b.dev", "*.e2b.app"),
    help_url="https://e2b.dev/dashboard?tab=keys",
    header=("X-API-Key", "{secret}"),
)
