import re

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from apikeys.models import ApiKey
from apikeys.services import issue
from tests.integration.webui.conftest import Browse

pytestmark = pytest.mark.django_db


def key_in(page: str) -> str:
    found = re.search(r"trls_\w{8}_[\w-]{43}", page)
    assert found, "The page shows no key."
    return found[0]


def test_a_key_is_shown_once_and_works(alice: User, browse: Browse) -> None:
    client = browse(alice)
    answer = client.post("/account/key/", {"action": "issue"})
    key = key_in(answer.content.decode())

    assert answer["Cache-Control"] == "no-store"
    api = APIClient()
    api.credentials(HTTP_X_API_KEY=key)
    assert api.get("/api/v1/graphs/").status_code == 200
    page = client.get("/account/key/").content.decode()
    assert key not in page
    assert key[:14] in page


def test_a_new_key_replaces_the_old_one(alice: User, browse: Browse) -> None:
    old = issue(alice)
    new = key_in(browse(alice).post("/account/key/", {"action": "issue"}).content.decode())

    assert ApiKey.objects.find(old) is None
    assert ApiKey.objects.find(new) is not None


def test_a_revoked_key_opens_nothing(alice: User, bob: User, browse: Browse) -> None:
    key, other = issue(alice), issue(bob)
    page = browse(alice).post("/account/key/", {"action": "revoke"}).content.decode()

    assert "No key yet" in page
    assert ApiKey.objects.find(key) is None
    assert ApiKey.objects.find(other) is not None


@pytest.mark.parametrize("action", ["", "delete everything"])
def test_an_unknown_action_changes_nothing(action: str, alice: User, browse: Browse) -> None:
    key = issue(alice)

    assert browse(alice).post("/account/key/", {"action": action}).status_code == 400
    assert ApiKey.objects.find(key) is not None
