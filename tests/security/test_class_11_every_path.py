"""Class 11: no path out of the process goes around the guard."""

from uuid import UUID

import pytest

import blocks.library  # noqa: F401 - fills the registry
from blocks.sdk import BlockError, BlockSpec, registry
from blocks.sdk.conversion import convert_inputs
from blocks.sdk.credentials import HostScopedCredentials, credentials_pins
from blocks.sdk.testing import GivenCredentials, run_block
from tests.support.sources import calls, imported, modules
from tests.support.webhosts import reply, web_host
from tests.support.webworlds import online

# Who may open connections by themselves, and why.
OWN_WAYS = {
    "platform/accounts/jwks.py": "keys of the identity provider that an operator set",
    "platform/launcher/cli/client.py": "the command line asks its own instance",
    "platform/launcher/instance.py": "it looks whether its own instance answers",
    "platform/launcher/cli/examinations/endpoints.py": "the doctor asks what an operator set",
}
OPENERS = {
    "httpx.Client",
    "httpx.AsyncClient",
    "httpx.HTTPTransport",
    "httpx.AsyncHTTPTransport",
    "httpx.get",
    "httpx.post",
    "httpx.put",
    "httpx.request",
    "httpx.stream",
    "urllib.request.urlopen",
    "urlopen",
    "requests.get",
    "requests.post",
    "requests.Session",
    "socket.create_connection",
    "http.client.HTTPConnection",
    "http.client.HTTPSConnection",
}
ADDRESSES = {"url", "rss_url", "server", "file_in", "file_input"}


def test_only_the_guard_opens_connections() -> None:
    found = {
        path
        for path, module in modules()
        for name, _ in calls(module)
        if name in OPENERS and not path.startswith("platform/egress/")
    }

    assert found - set(OWN_WAYS) == set()


def test_no_block_imports_a_library_that_opens_connections() -> None:
    clients = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "socket", "ftplib"}
    found = {
        f"{path}: {name}"
        for path, module in modules("blocks")
        for name in imported(module)
        if name.split(".")[0] in clients or name == "urllib.request"
    }

    assert found == set()


MORE = {"SearchTheWebBlock": {"provider": "searxng"}}
ASKING = [
    pytest.param(spec, name, id=f"{spec.name}-{name}")
    for spec in registry
    for name in spec.inputs.pins()
    if name in ADDRESSES
]


@pytest.mark.parametrize(("spec", "name"), ASKING)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_each_block_that_takes_an_address_is_refused_what_is_inside(
    spec: BlockSpec, name: str, host: str
) -> None:
    inputs = spec.examples[0][0].model_dump(by_alias=True)  # type: ignore[union-attr]
    with web_host(lambda asked: reply(b"inside")) as inside:
        inputs |= {name: f"http://{host}:{inside.port}/"} | MORE.get(spec.name, {})
        chosen = HostScopedCredentials(
            id=UUID(int=1), provider="http", title="", hosts=(inputs[name][7:-1],), tls_only=False
        )
        required = any(one.required for one in credentials_pins(spec.inputs).values())
        keys = GivenCredentials({"credentials": chosen} if required else {})
        with pytest.raises(BlockError) as caught:
            run_block(spec, convert_inputs(spec.inputs, inputs), online(credentials=keys))

    assert caught.value.code in {"url_refused", "address_refused"}
    assert inside.asked == []


def test_there_are_such_blocks() -> None:
    assert {one.id for one in ASKING} >= {
        "SendWebRequestBlock-url",
        "SendAuthenticatedWebRequestBlock-url",
        "ExtractWebsiteContentBlock-url",
        "SearchTheWebBlock-server",
        "ReadRSSFeedBlock-rss_url",
        "FileStoreBlock-file_in",
        "FileReadBlock-file_input",
        "ReadSpreadsheetBlock-file_input",
    }
