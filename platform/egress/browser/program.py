"""The browser as a program: started for one page, spoken to through a pipe, and ended.

It gets a folder of its own that goes with it, nothing of our environment, and no way out but the gate. It
is told what to do over two pipes (the DevTools protocol), so nobody else on the machine can.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from egress.browser.errors import BrowserFailed
from egress.limits import Budget

FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    # The one way out, for this machine's own addresses too; no names are looked up beside it.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # What would not go through a proxy: UDP.
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # What a browser does by itself.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--allow-browser-signin=false",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--hide-scrollbars",
)
# Chromium reads from descriptor 3 and writes to 4, and Popen keeps numbers as they are.
START = (
    "import os, sys\n"
    "r, w = (os.dup(int(one)) for one in sys.argv[1:3])\n"
    "r, w = os.dup(r) if r < 5 else r, os.dup(w) if w < 5 else w\n"
    "os.dup2(r, 3); os.dup2(w, 4)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)
DIALOG = "Page.javascriptDialogOpening"
SLICE_SECONDS = 0.25
LARGEST_MESSAGE = 64 * 1024 * 1024
Message = dict[str, Any]


class Browser:
    """A running browser."""

    def __init__(self, reading: int, writing: int, budget: Budget) -> None:
        self._reading, self._writing, self.budget = reading, writing, budget
        self._buffer = b""
        self._last = 0
        self.events: list[Message] = []

    def ask(self, method: str, session: str = "", **params: Any) -> Message:
        """Return the browser's answer. Raises BrowserFailed."""
        number = self._say(method, session, params)
        while True:
            found = self._next()
            if found.get("id") != number:
                self.events.append(found)
                continue
            if "error" in found:
                raise BrowserFailed(f"The browser refuses: {found['error'].get('message', '')}.")
            answer: Message = found["result"]
            return answer

    def wait_for(self, event: str) -> None:
        """Return once the event has happened."""
        while all(one.get("method") != event for one in self.events):
            self.events.append(self._next())

    def _say(self, method: str, session: str, params: Message) -> int:
        """Tell the browser something; return the number of the message."""
        self._last += 1
        message: Message = {"id": self._last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._writing, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise BrowserFailed("The browser has ended.") from None
        return self._last

    def _next(self) -> Message:
        """Return what the browser says next. Nobody is there to close a dialog: it is closed here."""
        found = self._read()
        if found.get("method") == DIALOG:
            session = str(found.get("sessionId", ""))
            self._say("Page.handleJavaScriptDialog", session, {"accept": False})
        return found

    def _read(self) -> Message:
        while b"\0" not in self._buffer:
            self.budget.seconds(None)
            ready, _, _ = select.select([self._reading], [], [], SLICE_SECONDS)
            if not ready:
                continue
            piece = os.read(self._reading, 1024 * 1024)
            self._buffer += piece
            if not piece or len(self._buffer) > LARGEST_MESSAGE:
                raise BrowserFailed(
                    "The browser has ended. Does it start here, and may it make its sandbox?"
                )
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: Message = json.loads(line)
        return message


@contextmanager
def running(path: str, port: int, budget: Budget, *, sandbox: bool) -> Iterator[Browser]:
    """Start a browser whose way out is the gate at the port; end it and all that it started."""
    to_read, to_write = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="trellis-browser-", ignore_cleanup_errors=True) as home:
        flags = [*FLAGS, f"--user-data-dir={home}", f"--proxy-server=http://127.0.0.1:{port}"]
        flags += [] if sandbox else ["--no-sandbox"]
        numbers = [str(to_read[0]), str(to_write[1])]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", START, *numbers, path, *flags, "about:blank"],
            env={"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8"},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_read[0], to_write[1]),
            start_new_session=True,
        )
        os.close(to_read[0])
        os.close(to_write[1])
        try:
            yield Browser(to_write[0], to_read[1], budget)
        finally:
            os.close(to_read[1])
            os.close(to_write[0])
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
