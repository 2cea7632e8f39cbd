"""A picture of a page."""

import base64
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from egress.browser.errors import BrowserFailed, NoBrowser
from egress.browser.gate import gate
from egress.browser.program import Browser, running
from egress.browser.settings import BrowserSettings, found
from egress.errors import RequestTimedOut
from egress.limits import MIB, Budget, Stop, never
from egress.settings import configured
from egress.targets import parse_url, target_of

AT_ONCE = 2  # browsers of one process: each takes some hundred megabytes
LOAD_SECONDS = 20.0  # a page that goes on loading is taken as it is then
SETTLE_SECONDS = 0.5  # for what scripts show at last
TALLEST = 10_000  # pixels
LARGEST_PAGE = 50 * MIB  # all that it fetches
_places = threading.BoundedSemaphore(AT_ONCE)

Format = Literal["png", "jpeg", "webp"]


@dataclass(frozen=True)
class Wanted:
    """What is to be seen: of a window of this size, or of the whole page."""

    url: str
    width: int = 1920
    height: int = 1080
    full_page: bool = False
    format: Format = "png"


def picture_of(wanted: Wanted, *, stop: Stop = never) -> bytes:
    """Return a picture of the page. Raises EgressError."""
    from django.conf import settings

    instance = configured()
    url = parse_url(wanted.url)
    instance.policy.check_target(target_of(url))
    given: BrowserSettings = settings.BROWSER
    path = found(given)
    if path is None:
        raise NoBrowser(
            "There is no browser on this machine. An operator can install Chromium, or name it in "
            "TRELLIS_CHROMIUM."
        )
    budget = Budget(replace(instance.limits, max_bytes=LARGEST_PAGE), stop)
    while not _places.acquire(timeout=0.25):
        budget.seconds(None)
    try:
        with (
            gate(instance.policy, instance.proxy, budget) as way,
            running(path, way.port, budget, sandbox=given["sandbox"]) as browser,
        ):
            try:
                return _taken(browser, str(url), wanted)
            except BrowserFailed:
                host = target_of(url).host
                if host in way.refused:
                    raise way.refused[host] from None
                raise
    finally:
        _places.release()


def _taken(browser: Browser, url: str, wanted: Wanted) -> bytes:
    browser.ask("Browser.setDownloadBehavior", behavior="deny")
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    size = {"width": wanted.width, "height": wanted.height}
    browser.ask(
        "Emulation.setDeviceMetricsOverride", session, **size, deviceScaleFactor=1, mobile=False
    )
    browser.ask("Page.enable", session)
    browser.events.clear()
    shown = browser.ask("Page.navigate", session, url=url)
    if problem := shown.get("errorText"):
        raise BrowserFailed(f"The browser cannot show the page: {problem}.")
    _loaded(browser)
    clip = {"x": 0, "y": 0, **size, "scale": 1}
    if wanted.full_page:
        whole = browser.ask("Page.getLayoutMetrics", session)["cssContentSize"]
        clip["height"] = max(min(int(whole["height"]), TALLEST), 1)
    picture = browser.ask(
        "Page.captureScreenshot",
        session,
        format=wanted.format,
        clip=clip,
        captureBeyondViewport=True,
    )
    return base64.b64decode(picture["data"])


def _loaded(browser: Browser) -> None:
    """Wait until the page is there, or for as long as that is reasonable."""
    outer = browser.budget
    browser.budget = Budget(replace(outer.limits, total_seconds=LOAD_SECONDS), outer.stop)
    try:
        browser.wait_for("Page.loadEventFired")
    except RequestTimedOut:
        outer.seconds(None)  # the page goes on loading: what is there is shown
    finally:
        browser.budget = outer
    time.sleep(SETTLE_SECONDS)
