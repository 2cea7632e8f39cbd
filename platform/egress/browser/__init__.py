"""Pages as a browser shows them: a Chromium of this machine, whose every request is guarded."""

from egress.browser.errors import BrowserFailed, NoBrowser
from egress.browser.screens import Wanted, picture_of
from egress.browser.settings import BrowserSettings

__all__ = ["BrowserFailed", "BrowserSettings", "NoBrowser", "Wanted", "picture_of"]
