"""Any service on the web: a key, a password or headers that go to one host."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="http",
    title="Any web service",
    kinds=(Kind.HOST_SCOPED, Kind.API_KEY, Kind.USER_PASSWORD),
)
