"""The Celery application of the benchmarks' workers: the product's own, and a few more blocks."""

import benchmarks.blocks  # noqa: F401 - fills the registry
from config.celery import app

__all__ = ["app"]
