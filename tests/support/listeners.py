"""Small servers for what the instance talks to outside."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

GREETING = b"220 here\r\n"


@contextmanager
def smtp(answers: Mapping[bytes, bytes]) -> Iterator[int]:
    """Run a mail server that answers each command, by its first four letters; yield its port."""

    class Mailbox(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(GREETING)
            for line in self.rfile:
                self.wfile.write(answers.get(line[:4].upper(), b"250 ok\r\n"))

    with serving(Mailbox) as port:
        yield port


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """Run a server on a free port of this machine; yield the port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()


@contextmanager
def silence() -> Iterator[int]:
    """Yield a port of this machine at which nobody listens."""
    with serving(socketserver.BaseRequestHandler) as port:
        pass
    yield port
