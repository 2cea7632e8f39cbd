"""A server of mailboxes."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(name="imap", title="Mailbox (IMAP)", kinds=(Kind.USER_PASSWORD,))
