"""A real browser: the system's Chromium, driven by Playwright's client."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.acceptance.instances import Trellis

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SLOW = 60_000  # ms; the machine may be busy with other tests

expect.set_options(timeout=SLOW)


def chromium() -> str | None:
    """Return the path of Chromium: the one that CHROMIUM names, else the system's, else None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Run the browser as long as the context lasts."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


@dataclass
class Visitor:
    """Somebody at a browser, in front of one instance. ``complaints`` is what the browser says."""

    running: Browser
    trellis: Trellis
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    session: Any = None

    def page(self, **options: Any) -> Page:
        """Return a new page of a context with these options, signed in where `sign_in` was called."""
        options.setdefault("viewport", DESK)
        options.setdefault("base_url", self.trellis.url)
        context = self.running.new_context(storage_state=self.session, **options)
        context.set_default_timeout(SLOW)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._listen(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        return page

    def sign_in(self) -> Page:
        """Sign the first user in by the form, for all later pages."""
        page = self.page()
        page.goto("/sign-in/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(password(self.trellis))
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()
        self.session = page.context.storage_state()
        return page

    def leave(self) -> None:
        """Close every page."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def _listen(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


def password(trellis: Trellis) -> str:
    """Return the first user's password, which the first start printed."""
    found = re.search(r"password (\S+)", trellis.printed)
    assert found, trellis.printed
    return found[1]
