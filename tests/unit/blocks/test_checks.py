"""Faults of blocks that Django's system checks name before anything runs."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from pydantic import create_model

from blocks.checks import check_blocks, problems
from blocks.sdk import (
    BlockKind,
    BlockSpec,
    ChosenCredential,
    InputPins,
    OutputPins,
    Registry,
    credentials_pin,
    pin,
)


class Inputs(InputPins):
    text: str = pin(description="A text")


class Outputs(OutputPins):
    text: str = pin("", description="The text")


class Undescribed(OutputPins):
    text: str = pin("")


def run(inputs: Inputs) -> Iterator[Outputs]:
    yield Outputs(text=inputs.text)


def spec(**changes: object) -> BlockSpec:
    good = BlockSpec(
        id=uuid4(),
        name=f"Block{uuid4()}",
        title="Good",
        description="Do good.",
        inputs=Inputs,
        outputs=Outputs,
        function=run,
        examples=((Inputs(text="a"), Outputs(text="a")),),
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def ids(*specs: BlockSpec) -> list[str | None]:
    return [problem.id for problem in problems(specs)]


def test_blocks_that_trellis_ships_have_no_fault() -> None:
    assert check_blocks() == []


def test_good_blocks_have_no_fault() -> None:
    assert ids(spec(), spec()) == []


def test_names_and_ids_are_unique() -> None:
    same = UUID("b1ab9b19-67a6-406d-abf5-2dba76d00c79")

    assert ids(spec(name="Twice"), spec(name="Twice")) == ["blocks.E001"]
    assert ids(spec(id=same), spec(id=same)) == ["blocks.E001"]
    assert ids(spec(id=same), spec(legacy_ids=(str(same),))) == ["blocks.E001"]
    assert ids(spec(legacy_ids=("old",)), spec(legacy_ids=("old",))) == ["blocks.E001"]


def test_every_block_and_pin_is_described() -> None:
    assert ids(spec(description="")) == ["blocks.E002"]
    assert ids(spec(outputs=Undescribed)) == ["blocks.E003"]


def test_every_block_has_an_example_that_can_have_one() -> None:
    assert ids(spec(examples=())) == ["blocks.E004"]
    assert ids(spec(examples=(), kind=BlockKind.AGENT)) == []
    assert ids(spec(examples=(), effect="external")) == []


def test_what_is_sensitive_has_an_effect() -> None:
    assert ids(spec(sensitive=True)) == ["blocks.E005"]
    assert ids(spec(sensitive=True, effect="external")) == []
    assert ids(spec(sensitive=True, effect="idempotent")) == []


@pytest.mark.parametrize("taken", ["id", "name", "legacy_ids"])
def test_registry_refuses_what_is_taken_and_keeps_what_it_had(taken: str) -> None:
    registry = Registry()
    first = spec(legacy_ids=("old",))
    registry.add(first)

    with pytest.raises(ValueError, match=r"registered already|is taken"):
        registry.add(spec(**{taken: getattr(first, taken)}))

    assert registry.find(first.id) is first
    assert registry.resolve("old") == str(first.id)
    assert list(registry) == [first]


def needing(
    *providers: str, kinds: tuple[str, ...] = ("api_key",), name: str = "credentials"
) -> BlockSpec:
    """Return a block with a credentials pin."""
    model = create_model(
        "Needing",
        __base__=Inputs,
        **{name: (ChosenCredential, credentials_pin(*providers, kinds=kinds, description="A key"))},  # type: ignore[call-overload]
    )
    return spec(inputs=model)


def test_credentials_pin_of_a_known_provider_has_no_fault() -> None:
    assert ids(needing("brave")) == []


def test_provider_that_nobody_declared_is_a_fault() -> None:
    found = list(problems([needing("brave", "no_such")]))

    assert [problem.id for problem in found] == ["blocks.E006"]
    assert "names the provider 'no_such', which there is not" in found[0].msg


def test_kind_that_no_provider_has_is_a_fault() -> None:
    found = list(problems([needing("brave", kinds=("api_key", "oauth2"))]))

    assert [problem.id for problem in found] == ["blocks.E006"]
    assert "takes 'oauth2', which none of its providers has" in found[0].msg


def test_credentials_pin_with_another_name_is_a_fault() -> None:
    assert ids(needing("brave", name="secret_thing")) == ["blocks.E006"]
