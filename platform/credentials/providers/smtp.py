"""A server that sends mail."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(name="smtp", title="Mail server (SMTP)", kinds=(Kind.USER_PASSWORD,))
