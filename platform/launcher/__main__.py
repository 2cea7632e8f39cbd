"""``python -m launcher``: the command ``trellis`` where its script is not on the path."""

from launcher.cli import main

if __name__ == "__main__":
    main()
