"""Blocks that ask hosts of a test's own, through the client that they have in runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import override_settings

from agents.executions.web import RunHttp, RunScreens
from blocks.sdk.testing import FakeContext
from egress.limits import Limits
from egress.policy import exemption
from tests.support.webhosts import Answer, WebHost, web_host


@contextmanager
def allowed_host(answer: Answer, **limits: Any) -> Iterator[WebHost]:
    """Run a host that this instance allows."""
    with web_host(answer) as host:
        egress = {
            **settings.EGRESS,
            "allowed": (exemption(host.url.removeprefix("http://")),),
            "limits": Limits(**limits),
        }
        with override_settings(EGRESS=egress):
            yield host


def online(**more: Any) -> FakeContext:
    """Return a context whose blocks ask real hosts."""
    return FakeContext(http=RunHttp(), screens=RunScreens(), **more)
