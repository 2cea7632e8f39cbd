"""Measure the builder in a real browser: ``python -P -m benchmarks.builder``.

Opens graphs of 500 and 2,000 nodes in front of an instance of its own, and says how long that takes
and how many frames a second remain while a node is dragged, the canvas is moved and zoomed, and a
run of 1,000 node executions is shown. Figures go to stdout, and to ``benchmarks/builder.json``.
"""

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.errors import BenchmarkFailed
from launcher import children, instance
from launcher.paths import InstancePaths

RESULTS = Path(__file__).parent / "builder.json"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
DESK: ViewportSize = {"width": 1440, "height": 900}
PATIENCE = 180.0  # seconds
GESTURE = 2.0  # seconds that each gesture takes
SLOW_FRAME = 100.0  # ms: longer, and people see that the page stands still

STORE = "1ff065e9-88e8-4358-9d82-8dc91f622ba9"
CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"
TEMPLATE = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30"
STEPS = "f66a3543-28d3-4ab5-8945-9b336371e2ce"
INPUT = "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b"
OUTPUT = "363ae599-353e-4804-937e-b2ee3cef3da4"

# Notes in the page when its canvas is there, and how long each frame and each long task takes.
PROBE = """
(() => {
  const probe = { ready: null, frames: [], tasks: [], watching: false };
  window.__probe = probe;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) probe.tasks.push([entry.startTime, entry.duration]);
  }).observe({ type: "longtask", buffered: true });
  let last = 0;
  const frame = (now) => {
    if (probe.watching && last) probe.frames.push(now - last);
    last = now;
    if (probe.ready === null && document.querySelector(".react-flow__node"))
      setTimeout(() => (probe.ready ??= performance.now()));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})();
"""


@dataclass(frozen=True)
class Figure:
    """One thing measured of one graph."""

    graph: str
    what: str
    value: float
    unit: str
    goal: str = ""


def grid(nodes: int, links: int) -> dict[str, Any]:
    """Return a graph in columns, whose links go from each column to the next ones."""
    rows = 20
    blocks = [
        (STORE, "input", "output", {}),
        (CALCULATOR, "a", "result", {"operation": "Add", "b": 1}),
        (TEMPLATE, "values_#_name", "output", {"format": "Good morning, {{ name }}!"}),
    ]
    made = []
    for number in range(nodes):
        block, _, _, values = blocks[number % len(blocks)]
        position = {"x": number // rows * 380, "y": number % rows * 280}
        metadata = {"position": position, "customized_name": f"Step {number + 1}"}
        made.append(
            {"id": uuid(number), "block_id": block, "input_default": values, "metadata": metadata}
        )
    ends = []
    for number in range(links):
        source = number % nodes
        sink = (source + rows * (1 + number // nodes)) % nodes
        ends.append(link(number, source, blocks[source % 3][2], sink, blocks[sink % 3][1]))
    return {"name": f"{nodes} nodes", "description": "", "nodes": made, "links": ends}


def chain(items: int, length: int) -> dict[str, Any]:
    """Return a graph that runs ``length`` nodes for each item of a list."""
    steps = {"id": uuid(0), "block_id": STEPS, "metadata": {"position": {"x": 0, "y": 0}}}
    nodes = [steps | {"input_default": {"items": list(range(items))}}]
    ends = []
    for number in range(1, length + 1):
        position = {"x": number % 5 * 380, "y": number // 5 * 280}
        calculator = {"operation": "Add", "b": 1}
        nodes.append(
            {
                "id": uuid(number),
                "block_id": CALCULATOR,
                "input_default": calculator,
                "metadata": {"position": position},
            }
        )
        source = "item" if number == 1 else "result"
        ends.append(link(number, number - 1, source, number, "a"))
    return {"name": "Many steps", "description": "", "nodes": nodes, "links": ends}


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def link(number: int, source: int, source_pin: str, sink: int, sink_pin: str) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-9000-{number:012d}",
        "source_id": uuid(source),
        "source_name": source_pin,
        "sink_id": uuid(sink),
        "sink_name": sink_pin,
        "is_static": False,
    }


@dataclass(frozen=True)
class Running:
    """An instance that runs, with what is needed to enter it."""

    url: str
    password: str
    key: str

    def make(self, graph: dict[str, Any]) -> str:
        """Return the id of a new agent with the graph."""
        return str(self.ask("graphs/", {"graph": graph})["id"])

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-API-Key": self.key},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@contextmanager
def trellis() -> Iterator[Running]:
    """Run ``trellis up`` on a directory that goes away."""
    with tempfile.TemporaryDirectory(prefix="trellis-builder-") as folder:
        data = Path(folder, "data")
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in {"DATABASE_URL", "REDIS_URL"}
        } | {"TRELLIS_DATA_DIR": str(data)}
        command = [sys.executable, "-P", "-m", "launcher"]
        with Path(folder, "out").open("w+") as output:
            process = subprocess.Popen(
                [*command, "up", "--port", "0"], env=environment, stdout=output, stderr=output
            )
            try:
                found = _wait(process, data)
                printed = Path(folder, "out").read_text()
                password = re.search(r"password (\S+)", printed)
                assert password, printed
                key = subprocess.check_output([*command, "token"], env=environment, text=True)
                yield Running(found.url, password[1], key.strip())
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)
                children.end(children.marked(data), signum=signal.SIGKILL, patience=5)


def _wait(process: subprocess.Popen[bytes], data: Path) -> instance.Instance:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = instance.running(InstancePaths(data).instance)
        if found:
            return found
        if process.poll() is not None:
            raise BenchmarkFailed("`trellis up` has ended; run it by hand to see why.")
        time.sleep(0.2)
    raise BenchmarkFailed("`trellis up` was not ready in time.")


@contextmanager
def signed_in(browser: Browser, running: Running) -> Iterator[Page]:
    context = browser.new_context(base_url=running.url, viewport=DESK)
    context.add_init_script("localStorage.setItem('builder-tour', 'seen')")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(running.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/agents/")
    page.add_init_script(PROBE)
    yield page
    context.close()


def opened(page: Page, agent: str) -> float:
    """Return the milliseconds until the canvas is there and nothing keeps it from answering."""
    page.goto(f"/agents/{agent}/edit/")
    page.locator(".react-flow__node").first.wait_for(timeout=PATIENCE * 1000)
    page.wait_for_timeout(1500)
    ready, tasks = page.evaluate("[__probe.ready, __probe.tasks]")
    # A long task that begins within a second still belongs to the opening.
    busy = [begin + length for begin, length in tasks if begin < ready + 1000]
    return float(max([ready, *busy]))


@contextmanager
def watched(page: Page, frames: list[float]) -> Iterator[None]:
    """Put the lengths of the frames of the context into the list, in milliseconds."""
    page.evaluate("__probe.frames = []; __probe.watching = true")
    yield
    frames += page.evaluate("__probe.watching = false; __probe.frames")


def gesture(page: Page, begin: tuple[float, float], move: str) -> list[float]:
    """Return the frames while the mouse goes to and fro: `drag` or `wheel`."""
    frames: list[float] = []
    x, y = begin
    page.mouse.move(x, y)
    if move == "drag":
        page.mouse.down()
    with watched(page, frames):
        until = time.monotonic() + GESTURE
        step = 0
        while time.monotonic() < until:
            step += 1
            if move == "drag":
                page.mouse.move(x + step * 3 % 200, y + step * 2 % 150)
            else:
                page.mouse.wheel(0, 60 if step % 40 < 20 else -60)
    if move == "drag":
        page.mouse.up()
    return frames


def rate(frames: list[float]) -> float:
    return 1000 * len(frames) / sum(frames) if frames else 0.0


def editing(page: Page, running: Running, name: str, nodes: int, links: int) -> Iterator[Figure]:
    """Measure opening and moving a graph of this size."""
    agent = running.make(grid(nodes, links))
    times = sorted(opened(page, agent) for _ in range(3))
    goal = "< 1500" if nodes <= 500 else ""
    yield Figure(name, "interactive after", times[1], "ms", goal)
    middle = (DESK["width"] / 2, DESK["height"] / 2)
    yield from _frames(name, "zoom, all of it seen", gesture(page, middle, "wheel"))
    page.keyboard.press("1")
    page.wait_for_timeout(600)
    yield from _frames(name, "pan, all of it seen", gesture(page, _empty(page), "drag"))
    yield from _frames(name, "drag, all of it seen", gesture(page, _node(page), "drag"))
    page.keyboard.press("Control+f")
    page.keyboard.type(f"Step {nodes // 2}")
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    yield from _frames(name, "drag, near enough to read", gesture(page, _node(page), "drag"))
    yield from _frames(name, "pan, near enough to read", gesture(page, _empty(page), "drag"))


def _frames(name: str, what: str, frames: list[float]) -> Iterator[Figure]:
    yield Figure(name, what, rate(frames), "frames/s", ">= 50")
    yield Figure(name, f"{what}: longest frame", max(frames, default=0.0), "ms")


def _node(page: Page) -> tuple[float, float]:
    """Return where a node that can be seen has its head."""
    found = page.evaluate(
        """() => { for (const node of document.querySelectorAll(".react-flow__node")) {
          const box = node.getBoundingClientRect();
          const x = box.x + box.width / 2, y = box.y + Math.min(10, box.height / 2);
          if (node.contains(document.elementFromPoint(x, y))) return [x, y]; } return null; }"""
    )
    assert found, "no node can be seen"
    return found[0], found[1]


def _empty(page: Page) -> tuple[float, float]:
    """Return a place where there is nothing but the canvas."""
    found = page.evaluate(
        """() => { for (let y = 120; y < 800; y += 7) for (let x = 320; x < 1000; x += 11)
          if (document.elementFromPoint(x, y)?.classList.contains("react-flow__pane"))
            return [x, y]; return null; }"""
    )
    assert found, "the canvas is full"
    return found[0], found[1]


def watching(page: Page, running: Running) -> Iterator[Figure]:
    """Measure how a run of 1,000 node executions is shown."""
    agent = running.make(chain(items=111, length=9))
    opened(page, agent)
    frames: list[float] = []
    with watched(page, frames):
        page.keyboard.press("Control+Enter")
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Run")).click()
        page.locator('[data-run-status="COMPLETED"]').first.wait_for(timeout=PATIENCE * 1000)
        page.wait_for_timeout(1000)
    name = "run of 1,000"
    yield Figure(name, "longest frame", max(frames, default=0.0), "ms", "< 100")
    yield Figure(name, "frames over 100 ms", float(sum(f > SLOW_FRAME for f in frames)), "", "0")
    yield Figure(name, "frames", rate(frames), "frames/s")


def measured(browser: Browser, running: Running, only: str) -> Iterator[Figure]:
    with signed_in(browser, running) as page:
        if only in {"", "500"}:
            yield from editing(page, running, "500 nodes, 700 links", 500, 700)
        if only in {"", "2000"}:
            yield from editing(page, running, "2,000 nodes, 2,800 links", 2000, 2800)
        if only in {"", "run"}:
            yield from watching(page, running)


def chromium() -> str | None:
    """Return the path of the browser: the one that CHROMIUM names, else the system's, else None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    parser = ArgumentParser(prog="python -P -m benchmarks.builder", description=__doc__)
    parser.add_argument("--only", choices=["", "500", "2000", "run"], default="")
    only = parser.parse_args().only
    path = chromium()
    if path is None:
        sys.stderr.write("There is no Chromium here. Install it, or name it in CHROMIUM.\n")
        return 1
    figures: list[Figure] = []
    with trellis() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for figure in measured(browser, running, only):
            figures.append(figure)
            goal = f"   (goal {figure.goal})" if figure.goal else ""
            value = f"{figure.value:8.1f} {figure.unit}"
            print(f"{figure.graph:26} {figure.what:42} {value}{goal}", flush=True)
        browser.close()
    facts = {"cpus": os.cpu_count(), "load": os.getloadavg()[0], "platform": platform.platform()}
    RESULTS.write_text(
        json.dumps({"machine": facts, "figures": list(map(asdict, figures))}, indent=2, default=str)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
