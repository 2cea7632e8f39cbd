"""The ``@block`` decorator, which makes a BlockSpec of a function and registers it."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from blocks.sdk.credentials import Credentials
from blocks.sdk.http import HttpResponse
from blocks.sdk.models import Answer
from blocks.sdk.pins import InputPins, OutputPins
from blocks.sdk.registry import registry
from blocks.sdk.spec import (
    BlockFunction,
    BlockKind,
    BlockSpec,
    Category,
    Effect,
    Output,
    Queue,
    Webhook,
)

Function = TypeVar("Function", bound=BlockFunction)


def block(
    *,
    id: str,
    name: str,
    categories: Sequence[Category] = (),
    kind: BlockKind = BlockKind.STANDARD,
    static_output: bool = False,
    effect: Effect = "none",
    queue: Queue = "io",
    sensitive: bool = False,
    examples: Sequence[Sequence[InputPins | Output]] = (),
    answers: Mapping[str, HttpResponse] | None = None,
    example_credentials: Mapping[str, Credentials] | None = None,
    replies: Sequence[str | Answer] = (),
    knowledge: Mapping[str, Mapping[str, str]] | None = None,
    legacy_ids: Sequence[str] = (),
    value_schema: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None,
    title: str = "",
    retry: Mapping[str, Any] | None = None,
    timeout_seconds: float | None = None,
    webhook: Webhook | None = None,
) -> Callable[[Function], Function]:
    """Register a generator function as a block and return it unchanged.

    The function takes its InputPins model and, if it needs the world, a RunContext; it yields
    OutputPins (or Emit). Its docstring is the block's description. ``id`` and ``name`` are for
    ever: saved graphs and other platforms' exports know the block by them. Each example is the
    inputs followed by what is yielded, and is run as a test; ``answers`` says what other hosts
    answer in it, by address, and ``example_credentials`` what is chosen for its credentials pins, ``replies`` what models
    say, in order, and ``knowledge`` which texts are there, by collection and key. A ``sensitive`` block waits until a
    person allows it, in agents whose settings say so. ``value_schema`` is for INPUT and
    OUTPUT blocks: extra JSON Schema for the agent's pin, made from the node's values.
    ``retry`` and ``timeout_seconds`` say, in the words of a node's metadata, when trying again
    makes sense and how long one try may take; unsaid, the instance decides. ``webhook`` says whose
    calls begin a run at the block.
    """

    def register(function: Function) -> Function:
        inputs, outputs, takes_context = _signature(function)
        registry.add(
            BlockSpec(
                id=UUID(id),
                name=name,
                title=title or humanise(name),
                description=inspect.getdoc(function) or "",
                inputs=inputs,
                outputs=outputs,
                function=function,
                categories=tuple(categories),
                kind=kind,
                static_output=static_output,
                effect=effect,
                queue=queue,
                sensitive=sensitive,
                examples=tuple(tuple(example) for example in examples),
                answers=answers or {},
                example_credentials=example_credentials or {},
                replies=tuple(replies),
                knowledge=knowledge or {},
                legacy_ids=tuple(legacy_ids),
                value_schema=value_schema,
                takes_context=takes_context,
                retry=retry,
                timeout_seconds=timeout_seconds,
                webhook=webhook,
            )
        )
        return function

    return register


def humanise(name: str) -> str:
    """Return a block's name as words: ``AddToListBlock`` is ``Add To List``."""
    return re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.removesuffix("Block")
    )


def _signature(function: BlockFunction) -> tuple[type[InputPins], type[OutputPins], bool]:
    """Return the pins' models and whether the function takes a context, from its annotations."""
    hints = get_type_hints(function)
    result = hints.pop("return", None)
    models = list(hints.values())
    if not models or not (isinstance(models[0], type) and issubclass(models[0], InputPins)):
        raise TypeError(f"{function!r} must take an InputPins model first")
    for candidate in getattr(result, "__args__", ()):
        if isinstance(candidate, type) and issubclass(candidate, OutputPins):
            return models[0], candidate, len(models) > 1
    return models[0], OutputPins, len(models) > 1
