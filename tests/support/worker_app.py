"""The Celery application of the workers that tests start: the real one, and the probes."""

import os
from pathlib import Path

from agents.executions import costs
from config.celery import app
from tests.support import held_ticks, probes

probes.register()
probes.JITTER = float(os.environ.get("TEST_JITTER", "0"))
if os.environ.get("TEST_ALL_LIGHT"):
    costs.UNKNOWN, costs.LIGHT = 0.0, 3600.0  # the local lane takes whatever it may
if held := os.environ.get("TEST_HELD_TICKS"):
    held_ticks.hold(Path(held))

__all__ = ["app"]
