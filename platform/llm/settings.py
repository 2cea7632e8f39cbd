"""What the instance's settings say about models."""

from typing import TypedDict

from pydantic import SecretStr

from llm.instance import Instance


class ModelSettings(TypedDict):
    """The member MODELS of Django's settings."""

    base_url: str
    key: str
    model: str
    embedding_model: str
    seconds: int


def configured() -> Instance:
    """Return what this instance offers."""
    from django.conf import settings

    given: ModelSettings = settings.MODELS
    return Instance(
        base_url=given["base_url"],
        key=SecretStr(given["key"]),
        model=given["model"],
        embedding_model=given["embedding_model"],
        seconds=given["seconds"],
    )
