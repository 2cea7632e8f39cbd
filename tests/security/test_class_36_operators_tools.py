"""Class 36: the tools of operators are not open to others."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client

from accounts.models import User

ROOT = Path(settings.BASE_DIR)
TOOLS = ("flower", "pgadmin", "adminer", "redis-commander", "mailpit", "phpmyadmin")


def test_only_the_pages_are_published_and_on_this_machine() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    published = {name: one["ports"] for name, one in services.items() if one.get("ports")}

    assert list(published) == ["web"]
    assert published["web"][0].startswith("${TRELLIS_HOST:-127.0.0.1}:")
    assert not [name for name in services for tool in TOOLS if tool in name]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/metrics", "/admin/", "/admin/accounts/user/"])
def test_tools_of_operators_are_closed_to_people(path: str, alice: User) -> None:
    client = Client()
    client.force_login(alice)

    for visitor in (client, Client()):
        answer = visitor.get(path)
        assert answer.status_code in {302, 401, 403, 404}
        assert b"trellis_" not in answer.content
        assert b"alice" not in answer.content
