"""Make, test and list blocks of one's own. docs/blocks.md shows how.

None of it needs a running instance or a database.
"""

from argparse import ArgumentParser, Namespace
from types import ModuleType

from launcher.cli.block import listing, making, testing

WORDS: dict[str, ModuleType] = {"new": making, "test": testing, "list": listing}


def add_arguments(parser: ArgumentParser) -> None:
    words = parser.add_subparsers(dest="word", required=True, metavar="new|test|list")
    for word, module in WORDS.items():
        summary = (module.__doc__ or "").strip().splitlines()[0]
        module.add_arguments(words.add_parser(word, help=summary, description=module.__doc__))


def main(options: Namespace) -> int:
    return int(WORDS[options.word].main(options))
