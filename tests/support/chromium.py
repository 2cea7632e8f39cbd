"""The browser for the tests: ``python -m tests.support.chromium`` prints its path.

A Chromium or Chrome of the system, or the one that CHROMIUM names; on Debian and Ubuntu, root
installs one. Where there is none, it prints nothing and says so: browser tests are then skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 600  # seconds for the installation


def find() -> str | None:
    """Return the path of a browser that is there."""
    named = os.environ.get("CHROMIUM")
    candidates = (named,) if named else NAMES
    return next(filter(None, map(shutil.which, candidates)), None)


def install() -> None:
    """Install one where that needs no questions; whether it worked, ``find`` says."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("Installing Chromium for the browser tests …")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"),
    ):
        try:
            subprocess.run(
                command,
                env=quiet,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                timeout=PATIENCE,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            say(f"It could not be installed: {error}")
            return


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    if find() is None and not os.environ.get("CHROMIUM"):
        install()
    browser = find()
    if browser is None:
        say("There is no Chromium: browser tests are SKIPPED. Install one, or set CHROMIUM.")
    sys.stdout.write(browser or "")


if __name__ == "__main__":
    main()
