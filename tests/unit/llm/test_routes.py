"""Where a model is asked: by the credential, without a key, by the instance, or nowhere."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from credentials.values import ApiKeyCredentials, WrongHost
from llm.errors import ModelCredentialsMissing, ModelUnknown
from llm.instance import Instance
from llm.routes import choose

NOTHING = Instance()
OWN = Instance(base_url="http://localhost:8000/v1", key=SecretStr("own-key"))


def key(provider: str, *hosts: str, base_url: str = "") -> ApiKeyCredentials:
    return ApiKeyCredentials(
        id=UUID(int=1),
        provider=provider,
        title="Mine",
        hosts=hosts,
        base_url=base_url,
        tls_only=not base_url,
        key=SecretStr("my-key"),
    )


def where(name: str, **more: Any) -> tuple[str, str, str]:
    given = {"chosen": None, "instance": NOTHING, **more}
    route = choose(name, **given)
    return route.provider, route.base_url, route.model


def test_a_credential_of_the_provider_is_used() -> None:
    found = where("gpt-4o", chosen=key("openai", "api.openai.com"), instance=OWN, default="own")

    assert found == ("openai", "https://api.openai.com/v1", "gpt-4o")


def test_a_server_of_one_s_own_is_where_its_credential_says() -> None:
    chosen = key("openai_compatible", "llm.example:8443", base_url="https://llm.example:8443/v1/")

    assert where("tiny", chosen=chosen) == (
        "openai_compatible",
        "https://llm.example:8443/v1",
        "tiny",
    )


@pytest.mark.parametrize("base_url", ["http://box.example:11434", "http://box.example:11434/v1"])
def test_ollama_is_asked_in_openai_s_protocol(base_url: str) -> None:
    chosen = key("ollama", "box.example:11434", base_url=base_url)

    assert where("llama3.2", chosen=chosen) == ("ollama", "http://box.example:11434/v1", "llama3.2")


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        ("http://box.example:11434/", "http://box.example:11434/v1"),
        ("https://ollama.example/v1", "https://ollama.example/v1"),
        ("", "http://localhost:11434/v1"),
    ],
)
def test_ollama_needs_no_credential(host: str, base_url: str) -> None:
    assert where("llama3", ollama_host=host) == ("ollama", base_url, "llama3")


@pytest.mark.parametrize("host", ["box:1/api/pull?", "a b", "box/../x", "user:pw@box:1"])
def test_an_ollama_host_is_a_host_and_no_path(host: str) -> None:
    with pytest.raises(ModelUnknown, match="which is no host"):
        choose("llama3", chosen=None, instance=NOTHING, ollama_host=host)


def test_without_a_credential_the_instance_s_model_answers() -> None:
    assert where("gpt-4o", instance=OWN, default="local") == (
        "instance",
        "http://localhost:8000/v1",
        "local",
    )
    assert where("my-own", instance=OWN) == ("instance", "http://localhost:8000/v1", "my-own")
    assert where("", instance=OWN, default="local")[2] == "local"
    assert where("llama3", instance=OWN)[0] == "instance"
    assert where("llama3", instance=OWN, ollama_host="box.example:1")[0] == "ollama"


def test_only_the_operator_s_own_address_is_trusted() -> None:
    own = Instance(base_url="http://localhost:11434/v1")

    same = choose(
        "llama3", chosen=None, instance=own, ollama_host="http://localhost:11434", default="x"
    )
    other = choose("llama3", chosen=None, instance=own, ollama_host="localhost:11435")

    assert (same.is_instance, other.is_instance) == (True, False)


def test_the_instance_s_key_is_for_the_instance_s_server() -> None:
    route = choose("gpt-4o", chosen=None, instance=OWN)

    assert route.headers(f"{OWN.base_url}/chat/completions") == {"Authorization": "Bearer own-key"}
    assert "own-key" not in repr(route)


def test_what_is_missing_is_said_with_what_to_do() -> None:
    with pytest.raises(ModelCredentialsMissing) as caught:
        where("claude-3-opus-20240229")

    assert caught.value.message == (
        "The model 'claude-3-opus-20240229' is of Anthropic, and no credential of Anthropic was "
        "chosen. Choose one (provider `anthropic`) in the node or for the run, choose another model, "
        "or an operator can set TRELLIS_MODEL_BASE_URL to a server that answers for all."
    )


def test_a_name_that_nobody_knows_says_how_to_write_it() -> None:
    with pytest.raises(ModelUnknown, match="`provider:name`"):
        where("my-own")


def test_no_name_needs_an_instance_with_a_model() -> None:
    with pytest.raises(ModelUnknown, match="No model is named"):
        where("", chosen=key("openai", "api.openai.com"))


def test_a_key_does_not_go_where_it_may_not() -> None:
    chosen = key("openai_compatible", "other.example", base_url="https://llm.example/v1")

    with pytest.raises(WrongHost):
        where("tiny", chosen=chosen)
