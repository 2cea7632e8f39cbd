"""Blocks of installed packages, found by their entry points in the group ``trellis.blocks``.

    [project.entry-points."trellis.blocks"]
    shout = "trellis_blocks_shout"

The value is a module whose import registers blocks. A module that cannot be loaded, or whose
blocks break the rules, is left out as a whole: the instance starts, and says what is missing in
its log, in Django's checks and in `trellis doctor`.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any
from uuid import UUID

from django.core.checks import CheckMessage, Warning, register

from blocks.checks import problems
from blocks.sdk import BlockSpec, Registry, registry

GROUP = "trellis.blocks"
REMEDY = "Mend or uninstall the package, then start Trellis again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broken:
    """A module of blocks that was left out, and why."""

    module: str
    package: str
    reason: str

    def __str__(self) -> str:
        return f"The blocks of {self.package} ({self.module}) are left out: {self.reason}"


class Packages:
    """What was loaded of the packages that are installed, and what was not."""

    def __init__(self, blocks: Registry) -> None:
        self.blocks = blocks
        self.broken: list[Broken] = []
        self._origins: dict[UUID, str] = {}

    def load(self, found: Iterable[EntryPoint] | None = None) -> None:
        """Register the blocks of all modules, in the order of their names."""
        self.broken, self._origins = [], {}
        for point in sorted(set(entry_points(group=GROUP) if found is None else found)):
            try:
                with self.blocks.all_or_nothing():
                    self._load(point)
            except (Exception, SystemExit) as error:  # whatever a stranger's module does
                self._leave_out(point, error)

    def origin(self, spec: BlockSpec) -> str:
        """Return the package that brought the block, with its version; "" for Trellis's own."""
        return self._origins.get(spec.id, "")

    def _load(self, point: EntryPoint) -> None:
        before = {spec.id for spec in self.blocks}
        point.load()
        added = [spec for spec in self.blocks if spec.id not in before]
        if not added:
            raise ValueError("importing it registers no block that is not there already")
        faults = [str(problem.msg) for problem in problems(added)]
        if faults:
            raise ValueError(" ".join(faults))
        self._origins |= dict.fromkeys((spec.id for spec in added), _package(point))

    def _leave_out(self, point: EntryPoint, error: BaseException) -> None:
        reason = f"{type(error).__name__}: {error}"
        broken = Broken(module=point.value, package=_package(point), reason=reason)
        self.broken.append(broken)
        logger.error("%s", broken, exc_info=error)


def _package(point: EntryPoint) -> str:
    dist = point.dist
    return f"{dist.name} {dist.version}" if dist is not None else "an unnamed package"


packages = Packages(registry)


@register("blocks")
def check_packages(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning for each module that was left out: the rest of the instance works."""
    return [Warning(str(broken), hint=REMEDY, id="blocks.W001") for broken in packages.broken]
