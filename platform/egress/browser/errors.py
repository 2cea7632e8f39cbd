"""Why there is no picture."""

from egress.errors import EgressError


class NoBrowser(EgressError):
    """There is no browser on this machine that may be used."""

    code = "no_browser"
    status = 503


class BrowserFailed(EgressError):
    """The browser did not show the page."""

    code = "browser_failed"
    status = 502
