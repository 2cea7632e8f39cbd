"""What a web process in production writes: lines of JSON that say whose request it was, and no secret."""

import json
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from accounts.models import User
from apikeys.services import issue
from telemetry.redaction import MARK
from tests.support.waiting import eventually
from tests.support.webs import webs

ALWAYS = {"timestamp", "level", "logger", "message", "pid", "request_id"}
HOST = "trellis.example.org"
TYPED = "Tr0ub4dor-typed"
PATIENCE = 120.0


@pytest.mark.django_db(transaction=True)
def test_each_line_of_a_web_process_in_production_is_json_without_secrets(
    alice: User, servers: None, tmp_path: Path
) -> None:
    key, signing = issue(alice), secrets.token_urlsafe(50)
    production = {
        "TRELLIS_ENV": "production",
        "SECRET_KEY": signing,
        "ALLOWED_HOSTS": HOST,
        "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
        "RATE_LIMITS": "on",
        "METRICS_TOKEN": "figures-of-this-instance",
        "LOG_FORMAT": "",
    }
    with webs(1, tmp_path, trusted_proxies="127.0.0.1", **production) as [url]:
        proxied = {"Host": HOST, "X-Forwarded-Proto": "https"}
        hers = {**proxied, "X-API-Key": key}
        for name, headers, path in (
            ("nothing-there", hers, f"/api/v1/nowhere/{key}/?token={key}"),
            (
                "not-hers",
                hers,
                f"/api/v1/graphs/00000000-0000-4000-8000-000000000000/?password={TYPED}",
            ),
            ("stranger", {**proxied, "Authorization": f"Bearer {TYPED}{TYPED}"}, "/api/v1/graphs/"),
            ("other-host", {**proxied, "Host": f"{TYPED}.example"}, "/sign-in/"),
        ):
            asked = {**headers, "X-Request-ID": name}
            answer = httpx.get(f"{url}{path}", headers=asked, timeout=PATIENCE)
            assert answer.status_code in {400, 401, 404}, answer.text
            assert answer.headers["X-Request-ID"] == name
        posted = httpx.post(
            f"{url}/sign-in/",
            data={"login": "alice", "password": TYPED},
            headers={**proxied, "X-Request-ID": "no-csrf"},
            timeout=PATIENCE,
        )
        assert posted.status_code == 403
        log = tmp_path / "web-0.log"
        eventually(lambda: '"no-csrf"' in log.read_text(), what="the line of the last request")

    lines = [told(line) for line in log.read_text().splitlines()]
    by_request = {line["request_id"]: line for line in lines if line.get("request_id")}
    assert by_request.keys() == {"nothing-there", "not-hers", "stranger", "other-host", "no-csrf"}
    assert all(line.keys() >= ALWAYS for line in by_request.values())
    for name, status in (("nothing-there", 404), ("not-hers", 404), ("stranger", 401)):
        assert by_request[name]["status_code"] == status
    assert by_request["nothing-there"]["message"].endswith(f"/nowhere/{key[:14]}{MARK}/")
    assert by_request["not-hers"]["user_id"] == str(alice.pk)
    assert "user_id" not in by_request["stranger"]
    for secret in (key, signing, production["METRICS_TOKEN"]):
        assert secret not in log.read_text()
    text = log.read_text().replace(f"{TYPED}.example", "")  # a name of a host is no secret
    assert TYPED not in text


def told(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found
