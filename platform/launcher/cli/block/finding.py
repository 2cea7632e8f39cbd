"""Find the blocks that an author names: by a folder, a file, or a module."""

import sys
import tomllib
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from blocks.packages import GROUP
from blocks.sdk import BlockSpec, registry
from kernel.errors import TrellisError
from launcher.errors import UsageError


class Unloadable(TrellisError):
    """The blocks cannot be loaded."""

    code = "blocks_unloadable"


def load(target: str) -> list[BlockSpec]:
    """Import what the target names and return its blocks. Raises Unloadable, UsageError."""
    import blocks.library  # noqa: F401 - whose ids and names are taken

    before = {spec.id for spec in registry}
    names = [module.__name__ for module in _modules(target)]
    found = [
        spec
        for spec in registry
        if spec.id not in before or _belongs(spec.function.__module__, names)
    ]
    if not found:
        raise Unloadable(f"`{target}` registers no block: decorate a function with @block.")
    return found


def _belongs(module: str, names: list[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def _modules(target: str) -> list[ModuleType]:
    path = Path(target)
    try:
        if path.is_dir():
            return [import_module(name) for name in _named_by(path.resolve())]
        if path.is_file() and path.suffix == ".py":
            return [_of_file(path.resolve())]
        if not all(part.isidentifier() for part in target.split(".")):
            raise UsageError(f"There is no folder, file or module `{target}`.")
        sys.path.insert(0, str(Path.cwd()))
        return [import_module(target)]
    except TrellisError:
        raise
    except (Exception, SystemExit) as error:  # an author's code may do anything
        raise Unloadable(
            f"`{target}` cannot be imported: {type(error).__name__}: {error}"
        ) from error


def _named_by(folder: Path) -> list[str]:
    """Return the modules that a folder stands for, and make them importable."""
    project = folder / "pyproject.toml"
    if project.is_file():
        said = tomllib.loads(project.read_text(encoding="utf-8"))
        points = said.get("project", {}).get("entry-points", {}).get(GROUP, {})
        if not points:
            raise Unloadable(
                f"`{project}` names no module of blocks: "
                f'add [project.entry-points."{GROUP}"] with a line such as shout = "shout".'
            )
        sys.path[:0] = [str(folder / "src"), str(folder)]
        return sorted({str(value).partition(":")[0].strip() for value in points.values()})
    if (folder / "__init__.py").is_file():
        sys.path.insert(0, str(folder.parent))
        return [folder.name]
    raise UsageError(f"`{folder}` is no package: it has neither pyproject.toml nor __init__.py.")


def _of_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Unloadable(f"`{path}` cannot be imported.")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # for the annotations of what it defines
    spec.loader.exec_module(module)
    return module
