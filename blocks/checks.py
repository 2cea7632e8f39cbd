"""Django system checks: every block can be told apart, read about and trusted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from blocks.sdk import BlockKind, BlockSpec, registry
from blocks.sdk.credentials import credentials_pins
from credentials.registry import find

WITHOUT_EXAMPLES = frozenset(
    {
        BlockKind.AGENT,
        BlockKind.AI,
        BlockKind.HUMAN_IN_THE_LOOP,
        BlockKind.MCP_TOOL,
        BlockKind.NOTE,
        BlockKind.WEBHOOK,
        BlockKind.WEBHOOK_MANUAL,
    }
)
"""Kinds whose blocks need another agent, a model or a person, or are never run."""


@register("blocks")
def check_blocks(**kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the registered blocks."""
    return list(problems(list(registry)))


def problems(specs: Sequence[BlockSpec]) -> Iterator[CheckMessage]:
    """Yield what is wrong with these blocks, one message per fault."""
    ids = (name for spec in specs for name in {str(spec.id), *spec.legacy_ids})
    names = (spec.name for spec in specs)
    for taken in [*_repeated(ids), *_repeated(names)]:
        yield Error(f"Two blocks are known as {taken!r}.", id="blocks.E001")
    for spec in specs:
        yield from _undescribed(spec)
        yield from _unknown_providers(spec)
        if spec.sensitive and spec.effect == "none":
            yield Error(
                f"{spec.name} is sensitive, but says that running it has no effect.",
                hint="Say what it does by effect=: workers run what has none without asking anybody.",
                obj=spec.name,
                id="blocks.E005",
            )
        if not spec.examples and spec.kind not in WITHOUT_EXAMPLES and spec.effect != "external":
            yield Error(
                f"{spec.name} has no example.",
                hint="Give @block an example: it documents the block and is its first test.",
                obj=spec.name,
                id="blocks.E004",
            )


def _undescribed(spec: BlockSpec) -> Iterator[CheckMessage]:
    if not spec.description:
        yield Error(
            f"{spec.name} has no description.",
            hint="Its function's docstring is its description.",
            obj=spec.name,
            id="blocks.E002",
        )
    for pins in (spec.inputs, spec.outputs):
        for pin, field in pins.pins().items():
            if not field.description:
                yield Error(
                    f"Pin `{pin}` of {spec.name} has no description.",
                    hint="Pass description= to pin().",
                    obj=spec.name,
                    id="blocks.E003",
                )


def _unknown_providers(spec: BlockSpec) -> Iterator[CheckMessage]:
    """Yield a fault for each credentials pin for which nobody can have a credential."""
    try:
        declared = credentials_pins(spec.inputs)
    except TypeError as error:
        yield Error(f"{spec.name}: {error}", obj=spec.name, id="blocks.E006")
        return
    for pin, needed in declared.items():
        named = {*needed.providers, *needed.keyless, *(needed.mapping or {}).values()}
        for name in sorted(named):
            if find(name) is None:
                yield Error(
                    f"Pin `{pin}` of {spec.name} names the provider {name!r}, which there is not.",
                    hint="`/api/v1/integrations/providers/` lists the providers.",
                    obj=spec.name,
                    id="blocks.E006",
                )
        for kind in needed.kinds:
            if named and not any(
                kind in provider.kinds for provider in map(find, sorted(named)) if provider
            ):
                yield Error(
                    f"Pin `{pin}` of {spec.name} takes {kind.value!r}, which none of its providers has.",
                    obj=spec.name,
                    id="blocks.E006",
                )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
