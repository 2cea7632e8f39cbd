"""The pages of webhooks."""

import pytest

from accounts.models import User
from agents.news import services
from agents.news.models import Delivery, Endpoint
from tests.integration.webui.conftest import Browse

pytestmark = pytest.mark.django_db

URL = "/account/webhooks/"
FORM = {
    "name": "Shop",
    "url": "https://example.org/in",
    "events": ["execution.failed"],
    "agent": "",
}


def test_one_is_made_and_its_secret_shown_once(alice: User, browse: Browse) -> None:
    browser = browse(alice)

    made = browser.post(f"{URL}new/", FORM)

    row = Endpoint.objects.get()
    secret = row.secret()["secret"]
    assert secret in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    for path in (URL, f"{URL}{row.pk}/"):
        page = browser.get(path).content.decode()
        assert "Shop" in page
        assert secret not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://10.0.0.1/"}, "not on the public internet"),
        ({"events": []}, "This field is required."),
        ({"agent": "5f3d5b3e-0000-4000-8000-000000000000"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    alice: User, browse: Browse, change: dict[str, object], said: str
) -> None:
    answer = browse(alice).post(f"{URL}new/", FORM | change)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_one_is_turned_off_tested_and_deleted(alice: User, browse: Browse) -> None:
    hook = services.create(alice, url=FORM["url"], events=FORM["events"]).endpoint  # type: ignore[arg-type]
    browser = browse(alice)

    browser.post(f"{URL}{hook.pk}/", FORM)  # a switch that is off sends nothing
    hook.refresh_from_db()
    assert (hook.is_active, hook.name) == (False, "Shop")
    browser.post(f"{URL}{hook.pk}/test/")
    Delivery.objects.update(status="FAILED", error="The receiver answered 500.", payload={"<b>": 1})
    page = browser.get(f"{URL}{hook.pk}/").content.decode()
    assert "given up" in page
    assert "&lt;b&gt;" in page
    browser.post(f"{URL}{hook.pk}/deliveries/{Delivery.objects.get().pk}/redeliver/")
    assert Delivery.objects.get().status == "PENDING"
    assert "Delete “Shop”?" in browser.get(f"{URL}{hook.pk}/delete/").content.decode()
    browser.post(f"{URL}{hook.pk}/delete/")
    assert not Endpoint.objects.exists()
