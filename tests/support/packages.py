"""Packages of blocks as an installer leaves them: a module, and its entry point beside it."""

from pathlib import Path

BLOCK = '''
from collections.abc import Iterator
from blocks.sdk import InputPins, OutputPins, block, pin

class {name}Inputs(InputPins):
    text: str = pin(description="A text")

class {name}Outputs(OutputPins):
    text: str = pin("", description="The same text")

@block(
    id="{id}",
    name="{name}",
    examples=[({name}Inputs(text="a"), {name}Outputs(text="a"))],
)
def run(inputs: {name}Inputs) -> Iterator[{name}Outputs]:
    """{description}"""
    yield {name}Outputs(text=inputs.text)
'''


def source(name: str, id: str, description: str = "Pass a text on.") -> str:
    """Return a module with one block."""
    return BLOCK.format(name=name, id=id, description=description)


def install(folder: Path, name: str, content: str) -> None:
    """Put a module with an entry point of the same name where Python looks for packages."""
    (folder / f"{name}.py").write_text(content, encoding="utf-8")
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[trellis.blocks]\n{name} = {name}\n")
