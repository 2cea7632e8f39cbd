"""Blocks that speak to any web API."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import SecretStr

from blocks.library.files import FileText, fetch
from blocks.sdk import (
    Category,
    FormFile,
    HttpResponse,
    InputPins,
    OutputPins,
    RunContext,
    block,
    pin,
)
from blocks.sdk.credentials import (
    ChosenCredential,
    Credentials,
    HostScopedCredentials,
    credentials_pin,
)
from blocks.sdk.http import HeadersFor

Method = Literal["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]


class WebRequestInputs(InputPins):
    url: str = pin(description="The address, beginning with https:// or http://")
    method: Method = pin("POST", description="What to do there")
    headers: dict[str, str] = pin(default_factory=dict, description="Headers to send, by name")
    json_format: bool = pin(
        True, title="JSON format", description="Send the body as JSON; off sends it as a form"
    )
    body: dict[str, Any] | None = pin(None, description="What to send")
    files_name: str = pin("file", description="What the form calls the files")
    files: list[FileText] = pin(
        default_factory=list, description="Files to send, in a form together with the body"
    )


class WebRequestOutputs(OutputPins):
    response: Any = pin(
        None, description="The answer (status 2xx): a value if it is JSON, else text"
    )
    client_error: Any = pin(None, description="The answer, where the request was wrong (4xx)")
    server_error: Any = pin(None, description="The answer, where the host has a problem")


@block(
    id="6595ae1f-b924-42cb-9a41-551a0611c4b4",
    name="SendWebRequestBlock",
    categories=[Category.OUTPUT],
    effect="external",
    answers={
        "https://api.example.com": HttpResponse(
            content=b'{"key": "value"}', headers={"content-type": "application/json"}
        )
    },
    examples=[
        (
            WebRequestInputs(
                url="https://api.example.com",
                method="POST",
                headers={"Content-Type": "application/json"},
                body={"query": "parameter"},
            ),
            WebRequestOutputs(response={"key": "value"}),
        )
    ],
)
def send_request(inputs: WebRequestInputs, context: RunContext) -> Iterator[WebRequestOutputs]:
    """Send a request to a web API and emit its answer.

    The address must be on the public internet, or allowed by whoever runs this instance. A redirect
    is followed; headers that could be secret stay with the host that was named.
    """
    yield outcome(ask(inputs, context))


class AuthenticatedRequestInputs(WebRequestInputs):
    credentials: ChosenCredential = credentials_pin(
        "http",
        kinds=["host_scoped"],
        discriminator="url",
        description="Headers that go to the host of the address, and to no other",
    )


@block(
    id="fff86bcd-e001-4bad-a7f6-2eae4720c8dc",
    name="SendAuthenticatedWebRequestBlock",
    categories=[Category.OUTPUT],
    effect="external",
    answers={
        "https://api.example.com/me": HttpResponse(
            content=b'{"name": "Alice"}', headers={"content-type": "application/json"}
        )
    },
    example_credentials={
        "credentials": HostScopedCredentials(
            id=UUID(int=1),
            provider="http",
            title="Example",
            hosts=("api.example.com",),
            headers={"Authorization": SecretStr("Bearer example")},
        )
    },
    examples=[
        (
            AuthenticatedRequestInputs(url="https://api.example.com/me", method="GET"),
            WebRequestOutputs(response={"name": "Alice"}),
        )
    ],
)
def send_authenticated_request(
    inputs: AuthenticatedRequestInputs, context: RunContext
) -> Iterator[WebRequestOutputs]:
    """Send a request with the headers of a credential, and emit its answer.

    The credential is for one host: it is refused for another one, and where a redirect leads
    elsewhere, its headers stay behind. They come before headers of the same name.
    """
    chosen = context.credentials.get()
    chosen.check(inputs.url)
    yield outcome(ask(inputs, context, secrets=headers_of(chosen)))


def headers_of(chosen: Credentials) -> HeadersFor:
    """Return what says which headers of the credential go to an address: none to other hosts."""
    return lambda url: chosen.headers_for(url) if chosen.allows(url) else {}


def ask(inputs: WebRequestInputs, context: RunContext, **more: Any) -> HttpResponse:
    """Return the answer to the request."""
    files = [form_file(inputs.files_name, reference, context) for reference in inputs.files]
    body: dict[str, Any] = {}
    if files or not inputs.json_format:
        body = {"form": inputs.body, "files": files}
    elif inputs.body is not None:
        body = {"json": inputs.body}
    return context.http.request(inputs.method, inputs.url, headers=inputs.headers, **body, **more)


def outcome(answer: HttpResponse) -> WebRequestOutputs:
    """Return the answer on the pin for its status."""
    value = content_of(answer)
    if 200 <= answer.status < 300:
        return WebRequestOutputs(response=value)
    if 400 <= answer.status < 500:
        return WebRequestOutputs(client_error=value)
    return WebRequestOutputs(server_error=value)


def content_of(answer: HttpResponse) -> Any:
    """Return what an answer says: a value where it is JSON, nothing where it is empty, or text."""
    if answer.media_type != "application/json":
        return None if answer.status == 204 else answer.text
    return answer.json() if answer.content else None


def form_file(field: str, reference: str, context: RunContext) -> FormFile:
    """Return a file as it goes into a form."""
    file = fetch(reference, context)
    known = "" if reference.startswith("data:") else PurePosixPath(urlsplit(reference).path).name
    return FormFile(field, known or f"file{file.extension}", file.content, file.media_type)
