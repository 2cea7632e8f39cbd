"""Credentials in use: their secrets are told for their hosts only, and never by accident."""

from dataclasses import replace
from uuid import UUID

import pytest
from pydantic import SecretStr

from credentials.values import (
    ApiKeyCredentials,
    Credentials,
    HostScopedCredentials,
    OAuth2Credentials,
    UserPasswordCredentials,
    WrongHost,
)

ID = UUID("00000000-0000-4000-8000-000000000001")
SECRET = "s3cret-of-alice"
HERE, ELSEWHERE = "https://api.example.org/v1", "https://evil.example/v1"

KEY = ApiKeyCredentials(ID, "openai", "Work", ("api.example.org",), key=SecretStr(SECRET))
PASSWORD = UserPasswordCredentials(
    ID, "smtp", "Mail", ("api.example.org",), username="alice", password=SecretStr(SECRET)
)
TOKEN = OAuth2Credentials(ID, "github", "Code", ("api.example.org",), token=SecretStr(SECRET))
HEADERS = HostScopedCredentials(
    ID, "http", "API", ("api.example.org",), headers={"X-Key": SecretStr(SECRET)}
)
ALL: list[Credentials] = [KEY, PASSWORD, TOKEN, HEADERS]


@pytest.mark.parametrize("credential", ALL, ids=lambda one: one.kind)
def test_nothing_prints_the_secret(credential: Credentials) -> None:
    for text in (repr(credential), str(credential), f"{credential}", repr(vars(credential))):
        assert SECRET not in text


@pytest.mark.parametrize("credential", ALL, ids=lambda one: one.kind)
def test_no_other_host_gets_it(credential: Credentials) -> None:
    with pytest.raises(WrongHost) as refused:
        credential.headers_for(ELSEWHERE)

    assert "'evil.example'" in refused.value.message
    assert "api.example.org by HTTPS" in refused.value.message
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("credential", ALL, ids=lambda one: one.kind)
def test_nobody_on_the_way_gets_it(credential: Credentials) -> None:
    plain = HERE.replace("https", "http")

    with pytest.raises(WrongHost):
        credential.headers_for(plain)
    assert replace(credential, tls_only=False).headers_for(plain)


@pytest.mark.parametrize("credential", ALL, ids=lambda one: one.kind)
def test_one_without_hosts_goes_nowhere(credential: Credentials) -> None:
    with pytest.raises(WrongHost, match="it is for nowhere"):
        replace(credential, hosts=()).headers_for(HERE)


def test_its_own_host_gets_the_headers() -> None:
    assert KEY.headers_for(HERE) == {"Authorization": f"Bearer {SECRET}"}
    assert replace(KEY, header=("x-api-key", "{secret}")).headers_for(HERE) == {"x-api-key": SECRET}
    assert replace(KEY, key=SecretStr("")).headers_for(HERE) == {}
    assert PASSWORD.headers_for(HERE) == {"Authorization": "Basic YWxpY2U6czNjcmV0LW9mLWFsaWNl"}
    assert PASSWORD.password_for("api.example.org:587") == SECRET
    assert TOKEN.headers_for(HERE) == {"Authorization": f"Bearer {SECRET}"}
    assert HEADERS.headers_for(HERE) == {"X-Key": SECRET}


def test_every_form_of_the_secret_is_known_to_redaction() -> None:
    bearer = replace(HEADERS, headers={"Authorization": SecretStr(f"Bearer {SECRET}")})

    assert list(KEY.secrets()) == [SECRET]
    assert list(PASSWORD.secrets()) == [SECRET, "YWxpY2U6czNjcmV0LW9mLWFsaWNl"]
    assert list(bearer.secrets()) == [f"Bearer {SECRET}", SECRET]
