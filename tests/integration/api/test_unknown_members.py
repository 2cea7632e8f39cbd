"""No body of the API has a member that nobody reads: a misspelled one is refused, with the right names."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.conf import settings

from accounts.models import User
from tests.integration.access.world import World, world
from tests.support.clients import api

DOCUMENT = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text())
# Graphs come from elsewhere, with whatever others write into their files.
FILES = {
    ("post", "/api/v1/graphs/"),
    ("put", "/api/v1/graphs/{agent_id}/"),
    ("put", "/api/v1/graphs/{agent_id}/draft/"),
}
STARTS = {  # take the older name `node_input` too, which their description does not have
    ("post", "/api/v1/blocks/{block_id}/execute/"),
    ("post", "/api/v1/graphs/{agent_id}/execute/"),
    ("post", "/api/v1/graphs/{agent_id}/execute/{version}/"),
    ("post", "/api/v1/library/presets/{id}/execute/"),
}
# What stands in a path, by what comes before it there.
PARTS = {
    "api-keys": "key",
    "apis": "api",
    "blocks": "block",
    "credential-limits": "credential",
    "credentials": "secret",
    "execute": "version",
    "executions": "run",
    "graphs": "agent",
    "integrations": "provider",
    "presets": "preset",
    "reviews": "review",
    "schedules": "schedule",
    "webhooks": "webhook",
    "triggers": "trigger",
    "admin/listings": "listing",
    "admin/submissions": "submission",
    "library/agents": "entry",
    "library/folders": "folder",
    "store/agents": "maker",
    "store/reviews": "opinion",
    "store/submissions": "submission",
    "{username}": "word",
}


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the operations that take JSON, each with the schema of its body."""
    for path, operations in DOCUMENT["paths"].items():
        for method, one in operations.items():
            content = one.get("requestBody", {}).get("content", {}) if method != "get" else {}
            if "application/json" in content and (method, path) not in FILES:
                [schema] = [content["application/json"]["schema"]]
                name = schema["$ref"].rpartition("/")[2]
                yield method, path, DOCUMENT["components"]["schemas"][name]


def address(here: World, path: str) -> str:
    """Return the path with what the owner has in place of each part in braces."""
    parts = path.split("/")
    return "/".join(
        here.parts[PARTS.get(f"{two_before}/{before}") or PARTS[before]]
        if part.startswith("{")
        else part
        for two_before, before, part in zip(["", "", *parts], ["", *parts], parts, strict=False)
    )


def test_the_description_says_that_there_are_no_others() -> None:
    described = {(method, path): schema for method, path, schema in bodies()}
    loose = {one for one, schema in described.items() if schema.get("additionalProperties", True)}

    assert len(described) > 20
    assert loose == STARTS


@pytest.mark.django_db
def test_a_member_that_nobody_reads_is_refused() -> None:
    here = world()
    operator = User.objects.create_superuser("operator")
    wrong = []
    for method, path, _ in bodies():
        call = getattr(api(operator if "/admin/" in path else here.owner), method)
        answer = call(address(here, path), {"no such": 1}, format="json", HTTP_IF_MATCH="*")
        errors = answer.json().get("errors", [])
        told = [(one["code"], one["attr"]) for one in errors]
        if (answer.status_code, told) != (400, [("unknown_key", "no such")]):
            wrong.append(f"{method} {path}: {answer.status_code} {told}")

    assert wrong == []
