"""Blocks that use credentials, for tests; registered only while `registered` lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from blocks.sdk import (
    BlockSpec,
    ChosenCredential,
    InputPins,
    OutputPins,
    RunContext,
    credentials_pin,
    pin,
    registry,
)

OPENAI, GROQ, WEB = (
    "https://api.openai.com/v1",
    "https://api.groq.com/v1",
    "https://api.example.org/v1",
)
MODELS = {"gpt": "openai", "llama": "groq"}


class AskInputs(InputPins):
    url: str = OPENAI
    trigger: Any = None
    echo: bool = False
    fail: bool = False
    credentials: ChosenCredential = credentials_pin("openai", kinds=["api_key"])


class ModelInputs(InputPins):
    model: str = "gpt"
    trigger: Any = None
    credentials: ChosenCredential = credentials_pin(
        "openai", "groq", kinds=["api_key"], discriminator="model", mapping=MODELS
    )


class WebInputs(InputPins):
    url: str = WEB
    credentials: ChosenCredential = credentials_pin(
        "http", kinds=["host_scoped"], discriminator="url"
    )


class CodeInputs(InputPins):
    credentials: ChosenCredential = credentials_pin(
        "github", kinds=["api_key", "oauth2"], scopes=["repo"]
    )
    other_credentials: ChosenCredential = credentials_pin(
        "openai", kinds=["api_key"], required=False
    )


class UsedOutputs(OutputPins):
    used: Any = pin(default=None)


def ask(inputs: AskInputs, context: RunContext) -> Iterator[UsedOutputs]:
    """Say which credential is used, and what it would send."""
    found = context.credentials.get()
    sent = found.headers_for(inputs.url)
    if inputs.fail:
        raise RuntimeError(f"Refused: {sent}")
    yield UsedOutputs(used=[sent, *sent.values()] if inputs.echo else found.title)


def use(inputs: InputPins, context: RunContext) -> Iterator[UsedOutputs]:
    """Say which credential is used."""
    yield UsedOutputs(used=context.credentials.get().title)


def _spec(number: int, name: str, inputs: type[InputPins], function: Any) -> BlockSpec:
    return BlockSpec(
        id=UUID(int=0x10C0000000000000000000000000000 + number),
        name=name,
        title=name,
        description="For tests.",
        inputs=inputs,
        outputs=UsedOutputs,
        function=function,
        takes_context=True,
    )


LOCKERS = (
    _spec(1, "Ask", AskInputs, ask),
    _spec(2, "UseModel", ModelInputs, use),
    _spec(3, "UseWeb", WebInputs, use),
    _spec(4, "UseCode", CodeInputs, use),
)


@contextmanager
def registered() -> Iterator[None]:
    """Have the blocks for the length of a ``with`` block."""
    for spec in LOCKERS:
        registry.add(spec)
    try:
        yield
    finally:
        for spec in LOCKERS:
            registry._blocks.pop(str(spec.id), None)
