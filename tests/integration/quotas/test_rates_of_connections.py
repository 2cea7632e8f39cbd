"""Rates of what begins and ends a journey to another site, whichever method it comes with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from tests.integration.quotas.conftest import Limit

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/integrations/github/login/"
CALLBACK = "/api/v1/integrations/github/callback/"
PAGE = "/account/credentials/connect/nobody/"
JSON = "application/json"
PAGE_BACK = "/account/credentials/callback/"


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_every_step_counts_with_the_others(limit: Limit, browser: Client) -> None:
    limit(connections="4/minute per user")

    steps = [
        browser.get(LOGIN).status_code,
        browser.post(CALLBACK, {"code": "x", "state_token": "y"}, content_type=JSON).status_code,
        browser.post(PAGE).status_code,
        browser.get(PAGE_BACK, {"code": "x", "state": "y"}).status_code,
    ]
    refused = browser.get(LOGIN)

    assert 429 not in steps
    assert refused.status_code == 429
    assert refused.json()["limit"]["kind"] == "connections"
    assert "steps to connect accounts of other sites in one minute" in refused.json()["detail"]
    assert (
        browser.post(CALLBACK, {"code": "x", "state_token": "y"}, content_type=JSON).status_code
        == 429
    )
    assert browser.get(PAGE_BACK, {"code": "x", "state": "y"}).status_code == 429


def test_reading_goes_on_meanwhile(limit: Limit, browser: Client) -> None:
    limit(connections="1/minute per user", reads="9/minute per user")
    browser.get(LOGIN)

    assert browser.get("/api/v1/integrations/providers/").status_code == 200
    assert browser.get("/account/credentials/").status_code == 200


ASK = """
import django
django.setup()
from django.conf import settings
from django.urls import reverse
from quotas.policy import Kind
connecting = [name for name, kind in settings.RATE_VIEWS.items() if kind is Kind.CONNECTIONS]
for name in sorted(set(connecting) | settings.RATE_READS_THAT_ACT):
    if not name.startswith(("provider-", "webui:")):
        args = ["oidc"] if name.startswith("openid") else []
        print(name, reverse(name, args=args), name in settings.RATE_READS_THAT_ACT)
"""


def test_signing_in_with_another_site_counts_there_and_back(tmp_path: Path) -> None:
    """A process of its own, because which providers there are is read once."""
    providers = {
        "GITHUB_CLIENT_ID": "x",
        "OIDC_CLIENT_ID": "x",
        "OIDC_SERVER_URL": "https://login.example.org",
    }
    environment = {
        **os.environ,
        **providers,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TRELLIS_DATA_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines() == [
        "github_callback /sign-in/with/github/login/callback/ True",
        "github_login /sign-in/with/github/login/ False",
        "openid_connect_callback /sign-in/with/oidc/oidc/login/callback/ True",
        "openid_connect_login /sign-in/with/oidc/oidc/login/ False",
    ], done.stderr
