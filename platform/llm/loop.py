"""The event loop on which a process asks models: one thread for however many calls.

A block's thread waits for its call here; a call itself is a task, which costs no thread.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, TimeoutError
from typing import Any, TypeVar

from egress import RequestStopped

LOOK = 0.25  # seconds between two looks at whether the call is still wanted

T = TypeVar("T")

_lock = threading.Lock()
_running: tuple[int, asyncio.AbstractEventLoop] | None = None


def call(
    task: Coroutine[Any, Any, T], stop: Callable[[], bool], meanwhile: Callable[[], None]
) -> T:
    """Return what the coroutine does; `meanwhile` is called now and then in this thread.

    Raises RequestStopped once nobody wants it any more.
    """
    future = asyncio.run_coroutine_threadsafe(task, _loop())
    while True:
        try:
            return future.result(LOOK)
        except TimeoutError:
            if future.done():
                raise
            if stop():
                future.cancel()
                raise RequestStopped from None
            meanwhile()
        except CancelledError:
            raise RequestStopped from None
        except BaseException:
            future.cancel()
            raise


def _loop() -> asyncio.AbstractEventLoop:
    """Return this process's loop. A child of a fork has none of its parent's threads."""
    global _running  # noqa: PLW0603
    with _lock:
        if _running is None or _running[0] != os.getpid():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
            _running = os.getpid(), loop
        return _running[1]
