"""The models that the instance itself has."""

from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True)
class Instance:
    """The models that this instance offers to everybody, and how long any may take."""

    base_url: str = ""
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    model: str = ""
    embedding_model: str = ""
    seconds: float = 600
