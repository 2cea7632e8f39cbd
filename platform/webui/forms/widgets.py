"""The controls that Django does not have."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

SPARE_ROWS = 3  # without JavaScript, a table has this many empty rows


class TableWidget(forms.Widget):
    """A table of texts: one control for each cell, named ``<name>-<row>-<column>``."""

    template_name = "webui/widgets/table.html"

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self.columns = list(columns)

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [[row.get(column, "") for column in self.columns] for row in value or []]
        blank = [""] * len(self.columns)
        rows += [blank] * SPARE_ROWS if not rows else [blank]
        return {**context, "columns": self.columns, "rows": rows}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        cell = re.compile(rf"{re.escape(name)}-([0-9]{{1,6}})-[0-9]{{1,3}}")
        found = (cell.fullmatch(key) for key in data)
        numbers = sorted({int(match[1]) for match in found if match})
        return [
            {
                column: data.get(f"{name}-{number}-{index}", "")
                for index, column in enumerate(self.columns)
            }
            for number in numbers
        ]
