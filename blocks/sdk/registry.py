"""From a block's id to its BlockSpec."""

from collections.abc import Iterator
from uuid import UUID

from blocks.sdk.spec import BlockSpec


class Registry:
    """All blocks of this process; filled when ``blocks.library`` is imported, fixed afterwards."""

    def __init__(self) -> None:
        self._blocks: dict[str, BlockSpec] = {}
        self._aliases: dict[str, str] = {}

    def add(self, spec: BlockSpec) -> None:
        """Add a block. Raises ValueError where its id, name or a legacy id is taken."""
        taken = {name for other in self for name in (other.name, *other.legacy_ids)}
        if str(spec.id) in self._blocks or spec.name in taken:
            raise ValueError(f"Block {spec.name!r} ({spec.id}) is registered already")
        self._blocks[str(spec.id)] = spec
        for legacy in spec.legacy_ids:
            if legacy in self._aliases or legacy in self._blocks:
                raise ValueError(f"Legacy id {legacy!r} of {spec.name!r} is taken")
            self._aliases[legacy] = str(spec.id)

    def find(self, block_id: str | UUID) -> BlockSpec | None:
        """Return the block with this id, or None. Legacy ids are another matter: `resolve`."""
        return self._blocks.get(str(block_id).lower())

    def resolve(self, block_id: str) -> str:
        """Return the id in use today for an id that a graph names, or the id itself."""
        return self._aliases.get(block_id, block_id)

    def __iter__(self) -> Iterator[BlockSpec]:
        return iter(list(self._blocks.values()))

    def __len__(self) -> int:
        return len(self._blocks)


registry = Registry()
