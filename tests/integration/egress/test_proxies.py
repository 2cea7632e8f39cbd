"""The instance's proxy is told which address to connect to."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from egress import AddressRefused, AsyncClient, Client, ConnectionFailed, Policy
from egress.proxies import Proxy, parse_proxy
from tests.support.webhosts import Names, reply, web_host


class Heard(list[str]):
    """What the proxy was told, and the port that leads to it."""

    port: int


@contextmanager
def proxy(*, answer: bytes = b"HTTP/1.1 200 Go on\r\n\r\n") -> Iterator[Heard]:
    """Run a proxy that connects to the port it is told, on this machine."""
    heard = Heard()

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = []
            while line := self.rfile.readline().strip():
                lines.append(line.decode())
            heard.extend(lines)
            self.wfile.write(answer)
            if b" 200 " not in answer:
                return
            port = int(lines[0].split()[1].rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port)) as other:
                back = threading.Thread(target=_copy, args=(other, self.connection))
                back.start()
                _copy(self.connection, other)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads = True
        heard.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield heard
        finally:
            server.shutdown()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_request_goes_through_the_proxy_to_the_checked_address() -> None:
    with web_host(lambda asked: reply(b"hello")) as host, proxy() as heard:
        names = Names({"a.example": ["127.0.0.1", "10.0.0.1"]})
        policy = Policy().allowing(f"a.example:{host.port}")
        way = parse_proxy(f"http://some:body%21@127.0.0.1:{heard.port}")
        with Client(policy=policy, proxy=way, resolver=names) as http:
            answer = http.get(f"http://a.example:{host.port}/")

    assert answer.text == "hello"
    assert heard == [
        f"CONNECT 127.0.0.1:{host.port} HTTP/1.1",
        f"Host: 127.0.0.1:{host.port}",
        "Proxy-Authorization: Basic c29tZTpib2R5IQ==",
    ]
    assert host.asked[0].headers["host"] == f"a.example:{host.port}"
    assert "proxy-authorization" not in host.asked[0].headers


async def test_tasks_go_through_it_too() -> None:
    with web_host(lambda asked: reply(b"hello")) as host, proxy() as heard:
        way = Proxy("127.0.0.1", heard.port)
        async with AsyncClient(policy=host.policy, proxy=way) as http:
            answer = await http.get(host.url)

    assert answer.text == "hello"
    assert heard[0] == f"CONNECT 127.0.0.1:{host.port} HTTP/1.1"


def test_a_proxy_is_not_asked_for_what_is_refused() -> None:
    with proxy() as heard:
        names = Names({"a.example": ["10.0.0.1"]})
        way = Proxy("127.0.0.1", heard.port)
        with (
            Client(policy=Policy(), proxy=way, resolver=names) as http,
            pytest.raises(AddressRefused),
        ):
            http.get("http://a.example/")

    assert heard == []


def test_a_proxy_that_guards_looks_names_up_itself() -> None:
    with web_host(lambda asked: reply(b"hello")) as host, proxy() as heard:
        names = Names({})
        policy = Policy(ports=(host.port,))
        way = Proxy("127.0.0.1", heard.port, resolves=True)
        with Client(policy=policy, proxy=way, resolver=names) as http:
            answer = http.get(f"http://only-there.example:{host.port}/")
            with pytest.raises(AddressRefused):
                http.get(f"http://10.0.0.1:{host.port}/")

    assert answer.text == "hello"
    assert heard[0] == f"CONNECT only-there.example:{host.port} HTTP/1.1"
    assert names.asked == []


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 407 Who are you\r\n\r\n", b"HTTP/1.1 403 No\r\n\r\n"],
)
def test_a_proxy_that_refuses_is_an_error_of_ours(answer: bytes) -> None:
    with proxy(answer=answer) as heard:
        policy = Policy().allowing("127.0.0.1:9")
        with (
            Client(policy=policy, proxy=Proxy("127.0.0.1", heard.port)) as http,
            pytest.raises(ConnectionFailed, match="does not let the request through: 40"),
        ):
            http.get("http://127.0.0.1:9/")


@pytest.mark.parametrize("text", ["", "proxy:3128", "socks5://proxy:1080", "https://proxy"])
def test_a_proxy_s_address_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="A proxy's address is http://host:port"):
        parse_proxy(text)
