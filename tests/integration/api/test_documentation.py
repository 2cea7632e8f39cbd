"""What the API says of itself."""

import pytest
import yaml
from django.test import Client


@pytest.fixture
def schema(client: Client) -> dict[str, object]:
    response = client.get("/api/schema/")
    assert response.status_code == 200
    loaded: dict[str, object] = yaml.safe_load(response.content)
    return loaded


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema", "/api/docs/", "/api/docs"])
def test_everybody_may_read_it(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_its_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()

    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert "https://" not in page


def test_each_operation_has_its_app_s_tag_and_may_end_in_a_problem(
    schema: dict[str, dict[str, dict[str, dict[str, object]]]],
) -> None:
    operation = schema["paths"]["/api/v1/auth/token/"]["post"]

    assert operation["tags"] == ["accounts"]
    assert operation["responses"]["default"] == {  # type: ignore[index]
        "description": "The request was refused.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }


def test_keys_and_tokens_are_described(schema: dict[str, dict[str, dict[str, object]]]) -> None:
    schemes = schema["components"]["securitySchemes"]

    assert schemes["apiKey"] == {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    assert schemes["jwtAuth"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
