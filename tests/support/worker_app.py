"""The Celery application of the workers that tests start: the real one, and the probes."""

import os

from config.celery import app
from tests.support import probes

probes.register()
probes.JITTER = float(os.environ.get("TEST_JITTER", "0"))

__all__ = ["app"]
