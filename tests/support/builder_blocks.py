"""The blocks that the builder's own tests use, as the API describes them.

Written anew with ``python -m tests.support.builder_blocks`` after a block in it has changed.
"""

import json
from pathlib import Path
from typing import Any

BUILDER = Path(__file__).parents[2] / "platform" / "webui" / "builder"
FILE = BUILDER / "src" / "testing" / "blocks.json"
NAMES = (
    "AddToListBlock",
    "AgentDateInputBlock",
    "AgentDropdownInputBlock",
    "AgentExecutorBlock",
    "AgentFileInputBlock",
    "AgentInputBlock",
    "AgentNumberInputBlock",
    "AgentOutputBlock",
    "AgentShortTextInputBlock",
    "AgentTableInputBlock",
    "AgentToggleInputBlock",
    "CalculatorBlock",
    "CombineTextsBlock",
    "ConditionBlock",
    "CreateDictionaryBlock",
    "CreateListBlock",
    "FillTextTemplateBlock",
    "GenericWebhookTriggerBlock",
    "GetCurrentTimeBlock",
    "HumanInTheLoopBlock",
    "MCPToolBlock",
    "NoteBlock",
    "PrintToConsoleBlock",
    "StepThroughItemsBlock",
    "StoreValueBlock",
)


def entries() -> list[dict[str, Any]]:
    """Return what the catalogue says of the blocks, in the order of their names."""
    from blocks.api.serializers import catalogue_entry
    from blocks.sdk import registry

    by_name = {spec.name: spec for spec in registry}
    return [catalogue_entry(by_name[name]) for name in NAMES]


def main() -> None:
    """Write the file."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    FILE.write_text(json.dumps(entries(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
