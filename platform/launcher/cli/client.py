"""A running instance's REST API, for the commands that use it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import httpx

from kernel.errors import TrellisError
from launcher import children, instance
from launcher.cli.token import local_key
from launcher.errors import InstanceUnreachable, StartFailed
from launcher.instance import Instance
from launcher.paths import InstancePaths, instance_paths

START_TIMEOUT = 180.0  # seconds; a first start makes a database
TIMEOUT = httpx.Timeout(30.0, read=120.0)


class Refused(TrellisError):
    """The API refused the request."""

    code = "refused"

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        super().__init__(sentence(response))


class Api:
    """Requests as the first user of this machine's instance. Use it as a context."""

    def __init__(self, url: str, paths: InstancePaths) -> None:
        kept = paths.api_key.read_text().strip() if paths.api_key.exists() else ""
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=TIMEOUT)
        self.http.headers["X-API-Key"] = kept or local_key()
        self.renewed = not kept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """Return the JSON body of the answer; None where it has none. Raises Refused."""
        response = self._send(method, path, **arguments)
        if response.is_error:
            raise Refused(response)
        return response.json() if response.content else None

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self.http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise InstanceUnreachable(f"{self.http.base_url} does not answer: {error}") from None
        if response.status_code != 401 or self.renewed:
            return response
        self.renewed = True  # the kept key was revoked, or is of another database
        self.http.headers["X-API-Key"] = local_key()
        return self._send(method, path, **arguments)


def sentence(response: httpx.Response) -> str:
    """Return a problem document as text: what was refused and, line by line, why."""
    try:
        problem = response.json()
        detail = problem.get("detail") or problem.get("title") or ""
        errors = problem.get("errors") or []
    except (ValueError, AttributeError):
        return f"The API answered with status {response.status_code} and no explanation."
    return "\n".join([str(detail), *(f"  {error_line(error)}" for error in errors)])


def error_line(error: dict[str, Any]) -> str:
    """Return one error of a problem document, with the place it is about."""
    node = f"node {error['node_id']}" if error.get("node_id") else ""
    pin = f"pin `{error['pin']}`" if error.get("pin") else ""
    place = ", ".join(part for part in (node, pin) if part) or error.get("attr") or ""
    text = str(error.get("detail") or error.get("code") or json.dumps(error))
    return f"{place}: {text}" if place else text


@contextmanager
def connected() -> Iterator[Api]:
    """Give the running instance's API; where none runs, one is started and stopped after."""
    paths = instance_paths()
    with ExitStack() as stack:
        found = instance.running(paths.instance) or stack.enter_context(started(paths))
        yield stack.enter_context(Api(found.url, paths))


@contextmanager
def started(paths: InstancePaths) -> Iterator[Instance]:
    """Run an instance on a free port meanwhile. What it says goes to our stderr."""
    print("Trellis does not run here yet: starting it for this command.", file=sys.stderr)
    process = children.spawn(
        [sys.executable, "-P", "-m", "launcher", "up", "--port", "0"],
        death_signal=signal.SIGTERM,
        output=sys.stderr.fileno(),
    )
    try:
        yield wait_for(process, paths)
    finally:
        process.terminate()
        process.wait()


def wait_for(process: subprocess.Popen[bytes], paths: InstancePaths) -> Instance:
    """Return the instance once it answers."""
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        found = instance.read(paths.instance)
        if found and found.pid == process.pid and found.answers():
            return found
        time.sleep(0.1)
    raise StartFailed("Trellis did not start; its own words are above.")
