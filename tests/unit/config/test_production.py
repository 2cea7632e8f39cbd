"""What an instance in production may not be (class: dangerous defaults)."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from config.production import problems

ROOT = Path(__file__).resolve().parents[3]
KEY = "q8Jx-3vTnW2pL6yR_zC1mB5kH9sD4fG7aE0uQwXoIeNtYhVbMjZ"
SAFE = {
    "DEBUG": False,
    "SECRET_KEY": KEY,
    "CREDENTIALS_KEYS": [KEY[::-1]],
    "ALLOWED_HOSTS": ["trellis.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://trellis.example.org"],
    "TRUSTED_PROXIES": ["10.0.0.1"],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "RATES": {"reads": {}},
}


def test_a_safe_instance_has_no_problem() -> None:
    assert list(problems(SAFE)) == []


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DEBUG", True, "Set DEBUG=false"),
        ("SECRET_KEY", "", "SECRET_KEY can be guessed"),
        ("SECRET_KEY", "short", "SECRET_KEY can be guessed"),
        ("SECRET_KEY", "ab" * 40, "SECRET_KEY can be guessed"),
        ("SECRET_KEY", f"django-insecure-{KEY}", "SECRET_KEY looks like one from an example"),
        ("SECRET_KEY", f"change-me-{KEY}", "SECRET_KEY looks like one from an example"),
        ("CREDENTIALS_KEYS", ["short"], "CREDENTIALS_KEY can be guessed"),
        ("CREDENTIALS_KEYS", [f"change-me-{KEY}"], "CREDENTIALS_KEY looks like one from an"),
        ("CREDENTIALS_KEYS", [KEY[::-1], KEY], "CREDENTIALS_KEY is the same as SECRET_KEY"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS has a wildcard"),
        ("ALLOWED_HOSTS", ["trellis.example.org", "*"], "ALLOWED_HOSTS has a wildcard"),
        ("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], "names this machine only"),
        ("ALLOWED_HOSTS", [], "names this machine only"),
        ("CSRF_TRUSTED_ORIGINS", ["http://trellis.example.org"], "Write each origin out"),
        ("CSRF_TRUSTED_ORIGINS", ["https://*.example.org"], "Write each origin out"),
        ("TRUSTED_PROXIES", ["*"], "TRUSTED_PROXIES is `*`"),
        ("SESSION_COOKIE_SECURE", False, "Set SECURE_COOKIES=true"),
        ("CSRF_COOKIE_SECURE", False, "Set SECURE_COOKIES=true"),
        ("RATES", {}, "Set RATE_LIMITS=on"),
    ],
)
def test_each_thing_that_is_wrong_is_said_with_its_remedy(
    name: str, value: object, word: str
) -> None:
    [found] = problems({**SAFE, name: value})

    assert word in found


def manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**kept, "TRELLIS_DATA_DIR": str(tmp_path), "TRELLIS_ENV": "production", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_process_starts_in_production_with_the_defaults(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", DEBUG="true", SECRET_KEY="secret", SECURE_COOKIES="false")

    assert done.returncode != 0
    said = done.stderr
    assert "TRELLIS_ENV=production, and this instance is not fit for it:" in said
    for word in ("DEBUG=false", "SECRET_KEY can", "ALLOWED_HOSTS names", "SECURE_COOKIES=true"):
        assert word in said


def test_the_deployment_checks_of_django_find_nothing_in_production(tmp_path: Path) -> None:
    done = manage(
        tmp_path,
        *("check", "--deploy", "--fail-level", "WARNING"),
        ALLOWED_HOSTS="trellis.example.org",
        CSRF_TRUSTED_ORIGINS="https://trellis.example.org",
        SECRET_KEY=secrets.token_urlsafe(50),
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/trellis",
    )

    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", TRELLIS_ENV="prod")

    assert done.returncode != 0
    assert "TRELLIS_ENV='prod' is not known. Use local or production." in done.stderr
