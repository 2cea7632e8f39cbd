"""A sampling profiler of the main thread, from the standard library.

A timer interrupts the thread many times a second, and the time since the last interruption counts
for the place where it is. Unlike cProfile this slows no call down, so Python's own share is not
overstated; unlike a sampler in another thread it needs no lock that the thread must give up first,
so that waiting is not overstated either.
"""

import signal
import time
from collections import defaultdict
from collections.abc import Mapping
from types import FrameType

EVERY = 0.001  # seconds
# What part of the path of a frame's file tells whose it is; the first frame from the inside decides.
LAYERS: Mapping[str, str] = {
    "/psycopg": "PostgreSQL and psycopg",
    "/redis/": "Redis and redis-py",
    "/kombu/": "Celery and kombu",
    "/celery/": "Celery and kombu",
    "/django/": "Django",
    "/pydantic": "pydantic",
    "/channels": "Channels",
    "/asgiref/": "Channels",
    "/agents/engine/": "agents.engine",
    "/agents/graphs/": "agents.graphs",
    "/agents/executions/": "agents.executions",
    "/blocks/": "blocks",
    "/platform/": "platform",
}
IDLE = "kombu/utils/eventio.py"  # where a worker that has nothing to do waits


class Sampler:
    """Samples between ``start`` and ``stop``, all in seconds. ``install`` it in the main thread."""

    def __init__(self) -> None:
        self.layers: defaultdict[str, float] = defaultdict(float)  # who the time was spent in
        self.inside: defaultdict[str, float] = defaultdict(
            float
        )  # functions, without what they called
        self.under: defaultdict[str, float] = defaultdict(
            float
        )  # our functions, with all that they called
        self.idle = 0.0
        self._last = 0.0

    def install(self) -> None:
        signal.signal(signal.SIGALRM, self._on_alarm)

    def start(self) -> None:
        self._last = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    @property
    def busy(self) -> float:
        return sum(self.layers.values()) or 1.0

    def _on_alarm(self, number: int, innermost: FrameType | None) -> None:
        moment = time.perf_counter()
        elapsed, self._last = moment - self._last, moment
        if innermost is None or innermost.f_code.co_filename.endswith(IDLE):
            self.idle += elapsed
            return
        stack = _frames(innermost)
        self.layers[_layer(stack)] += elapsed
        self.inside[_name(innermost)] += elapsed
        for name in {_name(one) for one in stack if _is_ours(one)}:
            self.under[name] += elapsed


def _frames(innermost: FrameType) -> list[FrameType]:
    found = []
    frame: FrameType | None = innermost
    while frame is not None:
        found.append(frame)
        frame = frame.f_back
    return found


def _layer(stack: list[FrameType]) -> str:
    for frame in stack:
        for part, layer in LAYERS.items():
            if part in frame.f_code.co_filename:
                return layer
    return "other Python"


def _is_ours(frame: FrameType) -> bool:
    return any(part in frame.f_code.co_filename for part in ("/agents/", "/platform/", "/blocks/"))


def _name(frame: FrameType) -> str:
    code = frame.f_code
    file = "/".join(code.co_filename.rsplit("/", 2)[1:])
    return f"{file}:{code.co_name}"
