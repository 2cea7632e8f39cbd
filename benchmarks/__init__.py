"""How fast Trellis is, beside plain Celery in the same run. See ``docs/performance.md``."""
