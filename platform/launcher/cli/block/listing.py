"""List the blocks of this installation, with the packages that they come from."""

import json
import sys
from argparse import ArgumentParser, Namespace

from launcher.cli import servers


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def main(options: Namespace) -> int:
    servers.setup_django()
    from blocks.packages import packages
    from blocks.sdk import registry

    rows = [
        {
            "id": str(spec.id),
            "name": spec.name,
            "title": spec.title,
            "package": packages.origin(spec) or None,
        }
        for spec in sorted(registry, key=lambda spec: spec.title)
    ]
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['id']}  {row['title']}  ({row['package'] or 'Trellis'})")
    for broken in packages.broken:
        print(f"trellis: {broken}", file=sys.stderr)
    return 1 if packages.broken else 0
