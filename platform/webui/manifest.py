"""The files that the builder's page loads, as its build wrote them down."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENTRY = "src/main.tsx"
BUILD = Path(__file__).parent / "static" / "webui" / "builder"
FOLDER = "webui/builder"  # the same, as `static` names it


@dataclass
class Assets:
    """Names of static files: the script that runs, what it imports, and all their styles."""

    script: str
    imports: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)


def builder_assets(build: Path = BUILD) -> Assets | None:
    """Return what the page loads, or None where the builder is not built."""
    try:
        manifest: dict[str, Any] = json.loads((build / "manifest.json").read_text())
    except FileNotFoundError:
        return None
    entry = manifest[ENTRY]
    assets = Assets(_static(entry["file"]))
    _collect(manifest, entry, assets, set())
    return assets


def _collect(
    manifest: dict[str, Any], chunk: dict[str, Any], assets: Assets, seen: set[str]
) -> None:
    """Add the styles of the chunk, after those of the chunks that it imports."""
    for name in chunk.get("imports", ()):
        if name in seen:
            continue
        seen.add(name)
        assets.imports.append(_static(manifest[name]["file"]))
        _collect(manifest, manifest[name], assets, seen)
    assets.styles += [
        style for style in map(_static, chunk.get("css", ())) if style not in assets.styles
    ]


def _static(file: str) -> str:
    return f"{FOLDER}/{file}"
