"""The measurements, in a process that has Django set up."""

import benchmarks.app  # noqa: F401 - sets Django up
from benchmarks.engine import main

if __name__ == "__main__":
    main()
