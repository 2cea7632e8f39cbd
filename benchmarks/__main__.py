"""Start servers and a worker in a directory of their own, measure, and end them all.

``python -m benchmarks [FILE.json]``: prints the table, and writes it to the file.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SLOTS = "16"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="trellis-bench-") as folder:
        os.environ |= {"TRELLIS_DATA_DIR": folder, "LOG_LEVEL": "WARNING"}
        from launcher import embedded
        from launcher.paths import instance_paths

        paths = instance_paths()
        with embedded.running(embedded.needed_servers(paths), paths.logs):
            _python("manage.py", "migrate", "--verbosity", "0")
            worker = _worker()
            try:
                _python("-m", "benchmarks.measure", *sys.argv[1:])
            finally:
                worker.terminate()
                worker.wait(timeout=30)


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True)


def _worker() -> subprocess.Popen[bytes]:
    command = ["celery", "-A", "benchmarks.app", "worker", "-Q", "io", "--pool", "threads"]
    command += ["-c", SLOTS, "--without-gossip", "--without-mingle", "-l", "WARNING"]
    worker = subprocess.Popen([sys.executable, "-m", *command])
    time.sleep(5)
    return worker


if __name__ == "__main__":
    Path("benchmarks").exists() or sys.exit("Run this from the project's root.")
    main()
