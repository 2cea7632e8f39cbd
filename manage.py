#!/usr/bin/env python
"""Django's command-line entry."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The second source root: see docs/decisions/0001-platform-is-a-source-root.md
    sys.path.insert(1, str(Path(__file__).resolve().parent / "platform"))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
