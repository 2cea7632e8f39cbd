"""A provider that speaks OAuth 2: codes with PKCE, refresh tokens that are good once, revocation.

Like the strict ones, it ends everything where an old refresh token comes again. `mood` makes it slow,
broken or hostile.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from credentials import registry
from credentials.kinds import Kind
from credentials.provider import OAuth, Provider
from egress.policy import exemption

CLIENT = {"client_id": "trellis", "client_secret": "secret-of-the-client-1"}
NAME = "example"


@dataclass
class Server:
    """What the server knows, and what it was asked."""

    url: str = ""
    login: str = "grace"
    life: int | None = 3600  # seconds of an access token
    mood: str = ""
    scope: str | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    good: set[str] = field(default_factory=set)  # refresh tokens
    used: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    may_answer: threading.Event = field(default_factory=threading.Event)
    got_asked: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def allow(self, login_url: str) -> str:
        """Allow what somebody was sent here for; return the code that they bring back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(login_url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return code

    def tokens(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """Return tokens; None for what is refused."""
        with self.lock:
            self.asked[sent.get("grant_type", "")] += 1
            if sent.get("client_secret") != CLIENT["client_secret"]:
                return None
            if sent.get("grant_type") == "refresh_token":
                return self._refreshed(sent.get("refresh_token", ""))
            asked = self.codes.pop(sent.get("code", ""), None)
            proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if asked is None or asked.get("code_challenge") != challenge:
                return None
            if asked.get("redirect_uri") != sent.get("redirect_uri"):
                return None
            return self._made()

    def _refreshed(self, token: str) -> dict[str, Any] | None:
        if token in self.used:
            self.good.clear()  # stolen, it thinks
        if token not in self.good:
            return None
        self.good.discard(token)
        self.used.add(token)
        return self._made()

    def _made(self) -> dict[str, Any]:
        refresh = f"refresh-{secrets.token_urlsafe(16)}"
        self.good.add(refresh)
        found: dict[str, Any] = {
            "access_token": f"access-{secrets.token_urlsafe(16)}",
            "token_type": "Bearer",
            "refresh_token": refresh,
        }
        found |= {"expires_in": self.life} if self.life is not None else {}
        return found | ({"scope": self.scope} if self.scope is not None else {})


@contextmanager
def server() -> Iterator[Server]:
    """Run a server on a free port, and let it be the provider ``example``."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer({"login": state.login})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/revoke":
                state.revoked.append(sent.get("token", ""))
                self.answer({}, 503 if state.mood == "broken" else 200)
                return
            state.got_asked.set()
            if state.mood == "slow":
                state.may_answer.wait(60)
            getattr(self, state.mood, self.give)(sent)

        def give(self, sent: dict[str, str]) -> None:
            tokens = state.tokens(sent)
            self.answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def broken(self, sent: dict[str, str]) -> None:
            self.answer({"error": "server_error"}, 500)

        def page(self, sent: dict[str, str]) -> None:
            self.send("text/html", b"<html>Rate limited</html>")

        def huge(self, sent: dict[str, str]) -> None:
            self.send("application/json", b'{"access_token": "' + b"x" * 2_000_000 + b'"}')

        def elsewhere(self, sent: dict[str, str]) -> None:
            self.send_response(307)
            self.send_header("Location", f"{state.url}/stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def mac(self, sent: dict[str, str]) -> None:
            self.answer({"access_token": "a", "token_type": "mac"})

        def injected(self, sent: dict[str, str]) -> None:
            self.answer({"access_token": "a\r\nX-Evil: 1", "token_type": "Bearer"})

        def nothing(self, sent: dict[str, str]) -> None:
            self.answer([])

        def quoting(self, sent: dict[str, str]) -> None:
            self.answer({"error": f"<b>{sent.get('client_secret')}</b>"}, 400)

        def gone(self, sent: dict[str, str]) -> None:
            self.close_connection = True

        def answer(self, value: Any, status: int = 200) -> None:
            self.send("application/json", json.dumps(value).encode(), status)

        def send(self, kind: str, content: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:  # whoever asked has heard enough
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.url = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        try:
            with registry.also(provider_at(state.url)):
                yield state
        finally:
            state.may_answer.set()
            http.shutdown()


@contextmanager
def registered(settings: Any) -> Iterator[Server]:
    """Run a server at which this instance is registered, and which it may ask."""
    settings.OAUTH_CLIENTS = {NAME: CLIENT}
    with server() as running:
        host = running.url.removeprefix("http://")
        settings.EGRESS = settings.EGRESS | {"allowed": (exemption(host),)}
        yield running


def provider_at(url: str) -> Provider:
    """Return the provider that the server is."""
    return Provider(
        name=NAME,
        title="Example",
        kinds=(Kind.OAUTH2,),
        hosts=("api.example.org",),
        oauth=OAuth(
            authorize_url=f"{url}/authorize",
            token_url=f"{url}/token",
            scopes={"read": "Read", "write": "Write"},
            default_scopes=("read",),
            profile_url=f"{url}/user",
            revoke_url=f"{url}/revoke",
        ),
    )
