"""Providers that installed packages bring, by their entry points in the group ``trellis.credentials``.

    [project.entry-points."trellis.credentials"]
    acme = "trellis_blocks_acme.acme:provider"

The value is a `Provider`, whose name is the entry's. One that cannot be loaded, is called like another
or contradicts itself is left out: the instance starts, and says so in its log, in Django's
checks and in `trellis doctor`.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from credentials import hosts
from credentials.provider import Provider

GROUP = "trellis.credentials"
REMEDY = "Mend or uninstall the package, then start Trellis again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broken:
    """A provider that was left out, and why."""

    name: str
    package: str
    reason: str

    def __str__(self) -> str:
        return f"The provider {self.name} of {self.package} is left out: {self.reason}"


@dataclass
class Brought:
    """What packages bring, and what of it cannot be had."""

    providers: list[Provider] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def brought(taken: Collection[str], found: Iterable[EntryPoint] | None = None) -> Brought:
    """Return the providers of installed packages; none whose name is taken."""
    result, names = Brought(), set(taken)
    for point in sorted(set(entry_points(group=GROUP) if found is None else found)):
        try:
            provider = _load(point, names)
        except (Exception, SystemExit) as error:  # whatever a stranger's module does
            broken = Broken(point.name, _package(point), f"{type(error).__name__}: {error}")
            result.broken.append(broken)
            logger.error("%s", broken, exc_info=error)
        else:
            names.add(provider.name)
            result.providers.append(provider)
    return result


def _load(point: EntryPoint, taken: Collection[str]) -> Provider:
    provider = point.load()
    if not isinstance(provider, Provider):
        raise TypeError(f"{point.value} is no Provider")
    if provider.name != point.name:
        raise ValueError(f"{point.value} is called {provider.name!r}")
    if provider.name in taken:
        raise ValueError("there is another provider of this name")
    for host in provider.hosts:
        if hosts.clean(host) != host:
            raise ValueError(f"write the host {host!r} as {hosts.clean(host)!r}")
    return provider


def _package(point: EntryPoint) -> str:
    dist = point.dist
    return f"{dist.name} {dist.version}" if dist is not None else "an unnamed package"
