"""From a block's id to its BlockSpec."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from blocks.sdk.spec import BlockSpec


class Registry:
    """All blocks of this process: those of ``blocks.library``, then those of installed packages.

    They are loaded when Django is set up, and fixed afterwards.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, BlockSpec] = {}
        self._aliases: dict[str, str] = {}

    def add(self, spec: BlockSpec) -> None:
        """Add a block. Raises ValueError where its name, its id or a former id is taken."""
        if any(spec.name == other.name for other in self):
            raise ValueError(f"A block named {spec.name!r} is registered already")
        for block_id in (str(spec.id), *spec.legacy_ids):
            if block_id in self._blocks or block_id in self._aliases:
                raise ValueError(f"The id {block_id!r} of {spec.name!r} is taken")
        self._blocks[str(spec.id)] = spec
        self._aliases |= dict.fromkeys(spec.legacy_ids, str(spec.id))

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Forget what is added in a ``with`` block that ends with an error."""
        blocks, aliases = dict(self._blocks), dict(self._aliases)
        try:
            yield
        except BaseException:
            self._blocks, self._aliases = blocks, aliases
            raise

    def find(self, block_id: str | UUID) -> BlockSpec | None:
        """Return the block with this id, or None. Legacy ids are another matter: `resolve`."""
        return self._blocks.get(str(block_id).lower())

    def resolve(self, block_id: str) -> str:
        """Return the id in use today for an id that a graph names, or the id itself."""
        return self._aliases.get(block_id.lower(), block_id)

    def __iter__(self) -> Iterator[BlockSpec]:
        return iter(list(self._blocks.values()))

    def __len__(self) -> int:
        return len(self._blocks)


registry = Registry()
