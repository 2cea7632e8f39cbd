"""Class 34: dangerous defaults. What production refuses is in tests/unit/config/test_production.py."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User

ROOT = Path(settings.BASE_DIR)


@pytest.mark.django_db
def test_nobody_is_there_before_somebody_is_made() -> None:
    assert not User.objects.exists()
    assert Client().login(username="admin", password="admin") is False


def test_debug_is_off_unless_it_is_asked_for() -> None:
    text = (ROOT / "config" / "settings" / "process.py").read_text()

    assert 'env.flag("DEBUG", default=False)' in text
    assert re.search(r"^DEBUG=(false|off|)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
