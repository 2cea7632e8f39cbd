"""The block that sends e-mail."""

from collections.abc import Iterator
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr

from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import (
    ChosenCredential,
    UserPasswordCredentials,
    credentials_pin,
)

MOST_RECIPIENTS = 50
MOST_CHARACTERS = 5_000_000
SENT = "Email sent successfully"


class MailServerConfig(BaseModel):
    """The mail server."""

    smtp_server: str = Field(description="Its name, such as smtp.example.com")
    smtp_port: int = Field(25, description="Its port: 587 and 25 begin TLS, 465 has it at once")


class SendEmailInputs(InputPins):
    to_email: str = pin(
        description="Who gets it; several addresses are separated by commas",
        placeholder="recipient@example.com",
    )
    subject: str = pin(description="What it is about")
    body: str = pin(description="The text")
    config: MailServerConfig = pin(title="SMTP config", description="The mail server")
    credentials: ChosenCredential = credentials_pin(
        "smtp", kinds=["user_password"], description="Name and password at the mail server"
    )


class SendEmailOutputs(OutputPins):
    status: str = pin("", description="That it was sent")


@block(
    id="4335878a-394e-4e67-adf2-919877ff49ae",
    name="SendEmailBlock",
    categories=[Category.OUTPUT],
    legacy_ids=["a1234567-89ab-cdef-0123-456789abcdef"],
    effect="external",
    example_credentials={
        "credentials": UserPasswordCredentials(
            id=UUID("00000000-0000-0000-0000-000000000001"),
            provider="smtp",
            title="Example",
            hosts=("smtp.gmail.com:25",),
            tls_only=False,
            username="your-email@gmail.com",
            password=SecretStr("example"),
        )
    },
    examples=[
        (
            SendEmailInputs(
                to_email="recipient@example.com",
                subject="Test Email",
                body="This is a test email.",
                config=MailServerConfig(smtp_server="smtp.gmail.com", smtp_port=25),
            ),
            SendEmailOutputs(status=SENT),
        )
    ],
)
def send_email(inputs: SendEmailInputs, context: RunContext) -> Iterator[SendEmailOutputs]:
    """Send an e-mail through a mail server, as whoever the credential names.

    The connection is private (TLS); a server that offers none gets nothing.
    """
    config, chosen = inputs.config, context.credentials.get()
    if not isinstance(chosen, UserPasswordCredentials):
        raise BlockError("The credential must be a name and a password.")
    password = chosen.password_for(f"{config.smtp_server}:{config.smtp_port}")
    context.mail.send(
        message_of(inputs, sender=chosen.username, context=context),
        host=config.smtp_server,
        port=config.smtp_port,
        username=chosen.username,
        password=password,
    )
    yield SendEmailOutputs(status=SENT)


def message_of(inputs: SendEmailInputs, *, sender: str, context: RunContext) -> EmailMessage:
    """Return the mail. Raises BlockError where an address or the subject cannot be used."""
    if len(inputs.body) > MOST_CHARACTERS:
        raise BlockError(f"The text has more than {MOST_CHARACTERS:,} characters.")
    message = EmailMessage()
    message["From"] = address_of(sender, "The credential's user name")
    if has_control(inputs.to_email) or has_control(inputs.subject):
        raise BlockError("`to_email` and `subject` must be one line each.")
    pairs = [pair for pair in getaddresses([inputs.to_email]) if pair != ("", "")]
    if not 0 < len(pairs) <= MOST_RECIPIENTS:
        raise BlockError(f"`to_email` must have from one to {MOST_RECIPIENTS} addresses.")
    message["To"] = [address_of(address, "`to_email`", name) for name, address in pairs]
    message["Subject"] = inputs.subject
    message["Date"] = format_datetime(context.now())
    # The same in each run of the node: a mail that arrives twice can be told by it.
    message["Message-ID"] = f"<{context.node_exec_id}@{sender.rpartition('@')[2]}>"
    message.set_content(inputs.body)
    return message


def address_of(text: str, what: str, name: str = "") -> Address:
    """Return a mail address. Raises BlockError where it is none."""
    if has_control(text + name) or text.count("@") != 1:
        raise BlockError(f"{what} is {text[:200]!r}, which is no mail address.")
    try:
        return Address(display_name=name, addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        raise BlockError(f"{what} is {text[:200]!r}, which is no mail address.") from None


def has_control(text: str) -> bool:
    """Return whether there are line ends or other control characters in the text."""
    return any(ord(sign) < 32 or ord(sign) == 127 for sign in text)
