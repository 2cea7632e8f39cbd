"""The block that finds code in text."""

import re
from collections.abc import Iterator

from blocks.sdk import Category, InputPins, OutputPins, block, pin

ALIASES = {
    "htm": "html",
    "js": "javascript",
    "py": "python",
    "python3": "python",
    "c++": "cpp",
    "c#": "csharp",
    "cs": "csharp",
    "sh": "bash",
    "shell": "bash",
    "rb": "ruby",
    "yml": "yaml",
    "md": "markdown",
    "ts": "typescript",
}
# Blanks are taken once and not given back: an open fence with many would else take very long.
FENCED = re.compile(r"```([\w+#-]+)(?:[ \t]*+\r?\n|[ \t])(.*?)```(?:\r?\n)?", re.DOTALL)
BLANK_LINES = re.compile(r"\n{3,}")


class CodeExtractionInputs(InputPins):
    text: str = pin(description="The text, with code between lines of three backticks")


class CodeExtractionOutputs(OutputPins):
    html: str = pin("", description="The HTML")
    css: str = pin("", description="The CSS")
    javascript: str = pin("", description="The JavaScript")
    python: str = pin("", description="The Python")
    sql: str = pin("", description="The SQL")
    java: str = pin("", description="The Java")
    cpp: str = pin("", description="The C++")
    csharp: str = pin("", description="The C#")
    json_: str = pin("", name="json", description="The JSON")
    bash: str = pin("", description="The shell commands")
    php: str = pin("", description="The PHP")
    ruby: str = pin("", description="The Ruby")
    yaml: str = pin("", description="The YAML")
    markdown: str = pin("", description="The Markdown")
    typescript: str = pin("", description="The TypeScript")
    xml: str = pin("", description="The XML")
    remaining_text: str = pin("", description="The text without the code that was found")


LANGUAGES = [name for name in CodeExtractionOutputs.pins() if name != "remaining_text"]


@block(
    id="d3a7d896-3b78-4f44-8b4b-48fbf4f0bcd8",
    name="CodeExtractionBlock",
    categories=[Category.TEXT],
    examples=[
        (
            CodeExtractionInputs(
                text="First:\n```python\nprint(1)\n```\nThen:\n```py\nprint(2)\n```\nDone."
            ),
            CodeExtractionOutputs(
                python="print(1)\n\nprint(2)", remaining_text="First:\nThen:\nDone."
            ),
        ),
    ],
)
def extract_code(inputs: CodeExtractionInputs) -> Iterator[CodeExtractionOutputs]:
    """Take the code blocks out of a text, by language, and give the rest of the text.

    Several blocks in one language come out as one text, with a blank line between them. Code in
    other languages stays in the text.
    """
    found: dict[str, list[str]] = {}

    def take(fence: re.Match[str]) -> str:
        language = ALIASES.get(fence[1].lower(), fence[1].lower())
        if language not in LANGUAGES:
            return fence[0]
        found.setdefault(language, []).append(fence[2].strip())
        return ""

    rest = BLANK_LINES.sub("\n\n", FENCED.sub(take, inputs.text)).strip()
    code = {name: "\n\n".join(found[name]) for name in LANGUAGES if name in found}
    yield CodeExtractionOutputs(**code, remaining_text=rest)
