"""The Celery application of the benchmarks' workers: the product's own, and a few more blocks."""

from benchmarks import blocks
from config.celery import app

blocks.register()
__all__ = ["app"]
