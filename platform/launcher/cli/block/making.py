"""Make a package with a block, its entry point and a test.

The block works from the beginning: change it, and run `trellis block test` in between.
"""

import re
from argparse import ArgumentParser, Namespace
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path
from string import Template
from uuid import uuid4

from kernel.errors import TrellisError
from launcher.errors import UsageError

LONGEST = 60  # characters of a name
SKELETON = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "$module/__init__.py": "block.py.txt",
    "tests/test_$word.py": "test_block.py.txt",
}


class FolderTaken(TrellisError):
    """There is something in the folder already."""

    code = "folder_taken"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the block's name in words, such as `shout`")
    parser.add_argument(
        "--directory",
        type=Path,
        metavar="DIR",
        help="where to put it (default: trellis-blocks-NAME in this folder); must be new or empty",
    )


def main(options: Namespace) -> int:
    names = naming(options.name)
    folder = options.directory or Path(names["distribution"])
    for path in make(folder, names):
        print(path)
    return 0


def naming(name: str) -> dict[str, str]:
    """Return what a block of this name is called, where. Raises UsageError."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name)
    word = "_".join(words).lower()
    known = re.fullmatch(r"[A-Za-z0-9 _-]+", name) and word and len(word) <= LONGEST
    if not known or not word.isidentifier() or iskeyword(word):
        raise UsageError(
            f"{name!r} is no name for a block: use English words, such as `shout` or `send-sms`."
        )
    return {
        "word": word,
        "title": " ".join(part.capitalize() for part in word.split("_")),
        "model": "".join(part.capitalize() for part in word.split("_")),
        "module": f"trellis_blocks_{word}",
        "distribution": f"trellis-blocks-{word.replace('_', '-')}",
        "id": str(uuid4()),
    }


def make(folder: Path, names: dict[str, str]) -> list[Path]:
    """Write the package and return its files. Raises FolderTaken and writes nothing."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderTaken(
                f"There is something in `{folder}` already. Name another folder with --directory."
            )
        made = []
        for name, source in SKELETON.items():
            path = folder / Template(name).substitute(names)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(skeleton(source).substitute(names), encoding="utf-8")
            made.append(path)
    except OSError as error:
        raise FolderTaken(f"`{folder}` cannot be written: {error.strerror}.") from None
    return made


def skeleton(name: str) -> Template:
    """Return a file of the package to be, with `$word` for its names."""
    return Template(files("launcher.cli.block").joinpath("skeleton", name).read_text("utf-8"))
