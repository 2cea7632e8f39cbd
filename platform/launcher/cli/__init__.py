"""The command ``trellis``. Data goes to stdout, everything else to stderr.

Its own commands are modules of this package with ``add_arguments`` and ``main``; every other
word is a command of Django's management. Status: 0 done, 1 failed, 2 misused, 3 terminated.
"""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module

from kernel.errors import TrellisError
from launcher.errors import UsageError

COMMANDS = {
    "up": ("launcher.up", "run an instance: web, workers, beat, and servers where none are given"),
    "run": ("launcher.cli.run", "run an agent from a JSON file and print its outputs"),
    "import": ("launcher.cli.imports", "import an agent from a JSON file and print its id"),
    "export": ("launcher.cli.exports", "print an agent as JSON"),
    "block": ("launcher.cli.block", "make, test and list blocks of one's own"),
    "token": ("launcher.cli.token", "print an API key of the first user"),
    "purge": ("launcher.cli.purge", "remove runs that are older than they may become"),
    "rotate-keys": ("launcher.cli.rotate_keys", "seal credentials anew under a new key"),
    "demo": ("launcher.cli.demo", "fill the market with creators, agents and reviews"),
    "doctor": ("launcher.cli.doctor", "say what is wrong with this installation"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its status. Expected problems are one sentence."""
    try:
        status = dispatch(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except TrellisError as error:
        print(f"trellis: {error.message}", file=sys.stderr)
        status = 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def dispatch(arguments: list[str]) -> int:
    if not arguments or arguments == ["help"] or arguments[0] in {"-h", "--help"}:
        print(overview())
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        return django_command(arguments)
    module = import_module(COMMANDS[name][0])
    parser = ArgumentParser(
        prog=f"trellis {name}",
        description=module.__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return int(module.main(parser.parse_args(rest)))


def overview() -> str:
    """Return what ``trellis --help`` prints."""
    lines = ["usage: trellis COMMAND [options]", ""]
    lines += [f"  {name:<11}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    lines += ["", "`trellis COMMAND --help` says more. Every command of Django's management works"]
    lines += ["too, such as `trellis migrate`, `trellis shell` and `trellis createsuperuser`."]
    return "\n".join(lines)


def django_command(arguments: list[str]) -> int:
    """Run one of Django's commands, on servers of its own where no instance runs."""
    from django.core.management import execute_from_command_line

    from launcher.cli.servers import available

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with available(arguments[0]):
        execute_from_command_line(["trellis", *arguments])
    return 0
