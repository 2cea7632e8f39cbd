"""What an instance says about its browser."""

import shutil
from typing import TypedDict

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OFF = "off"


class BrowserSettings(TypedDict):
    """The member BROWSER of Django's settings."""

    path: str  # "": one of these names, where there is one; "off": none
    sandbox: bool


def found(given: BrowserSettings) -> str | None:
    """Return where the browser is, if there is one."""
    if given["path"] == OFF:
        return None
    names = (given["path"],) if given["path"] else NAMES
    return next(filter(None, map(shutil.which, names)), None)
