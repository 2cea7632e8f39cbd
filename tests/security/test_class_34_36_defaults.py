"""Classes 34, 35 and 36: dangerous defaults, what is installed at run time, and operators' tools.

What production refuses is in tests/unit/config/test_production.py, packages in test_supply_chain.py.
"""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.support.sources import imported, modules

ROOT = Path(settings.BASE_DIR)
INSTALLERS = {"pip", "ensurepip", "setuptools", "uv", "site"}
TOOLS = ("flower", "pgadmin", "adminer", "redis-commander", "mailpit", "phpmyadmin")


@pytest.mark.django_db
def test_nobody_is_there_before_somebody_is_made() -> None:
    assert not User.objects.exists()
    assert Client().login(username="admin", password="admin") is False


def test_debug_is_off_unless_it_is_asked_for() -> None:
    text = (ROOT / "config" / "settings.py").read_text()

    assert 'env.flag("DEBUG", default=False)' in text
    assert re.search(r"^DEBUG=(false|off|)$", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_nothing_is_installed_while_it_runs() -> None:
    found = {path: imported(module) & INSTALLERS for path, module in modules("agents", "blocks")}

    assert {path: names for path, names in found.items() if names} == {}


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
