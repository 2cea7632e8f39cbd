"""A proxy that the instance goes through, by CONNECT: for http addresses too.

The proxy is told the address that was checked here, so that it looks no name up. Where it is the
one that guards, and knows names that this machine does not, `resolves` says so.
"""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import h11
import httpcore

from egress.errors import AnswerUnreadable, ConnectionFailed

READ_AT_ONCE = 16 * 1024
LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy: where it is, what it is told, and whether it looks names up itself."""

    host: str
    port: int
    authorization: str = ""
    resolves: bool = False


def parse_proxy(text: str, *, resolves: bool = False) -> Proxy:
    """Return the proxy of ``http://user:password@host:port``. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(
            "A proxy's address is http://host:port, or http://user:password@host:port."
        )
    authorization = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(parts.hostname, parts.port or 3128, authorization, resolves)


def connect_request(proxy: Proxy, host: str, port: int) -> tuple[h11.Connection, bytes]:
    """Return a conversation with the proxy and what opens it."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = [("Host", place)]
    if proxy.authorization:
        headers.append(("Proxy-Authorization", proxy.authorization))
    talk = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    return talk, talk.send(h11.Request(method="CONNECT", target=place, headers=headers)) or b""


def accepted(talk: h11.Connection) -> bool:
    """Return whether the proxy opened the way; False while its answer is not whole."""
    try:
        event = talk.next_event()
    except h11.RemoteProtocolError as error:
        raise AnswerUnreadable(f"The proxy does not speak HTTP: {error}.") from None
    if event is h11.NEED_DATA or isinstance(event, h11.InformationalResponse):
        return False
    if isinstance(event, h11.Response) and 200 <= event.status_code < 300:
        return True
    status = event.status_code if isinstance(event, h11.Response) else "no answer"
    raise ConnectionFailed(f"The proxy does not let the request through: {status}.")


def tunnel(stream: httpcore.NetworkStream, proxy: Proxy, host: str, port: int) -> None:
    """Have the proxy connect to the host; the stream then leads there."""
    talk, opening = connect_request(proxy, host, port)
    stream.write(opening)
    while not accepted(talk):
        talk.receive_data(stream.read(READ_AT_ONCE))


async def tunnel_async(
    stream: httpcore.AsyncNetworkStream, proxy: Proxy, host: str, port: int
) -> None:
    """Do the same as `tunnel` in a task."""
    talk, opening = connect_request(proxy, host, port)
    await stream.write(opening)
    while not accepted(talk):
        talk.receive_data(await stream.read(READ_AT_ONCE))
