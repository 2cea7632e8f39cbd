"""Form fields whose values are JSON, and ABSENT for what was left empty."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from kernel.jsontypes import NotJSON, dumps, loads
from uploads.services import largest_file
from webui.forms.widgets import TableWidget
from webui.values import full_text

ABSENT: Final = object()
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")


class ValueField(forms.Field):
    """Text, as it was typed. A text that was cleared counts as empty text."""

    def clean(self, value: Any) -> Any:
        text = (value or "").replace("\r\n", "\n")
        if "\x00" in text:
            raise ValidationError("Remove the null character from this text.", "null_character")
        if text == "":
            return self.when_empty()
        return self.read(text)

    def when_empty(self) -> Any:
        """Return the value of an empty control. Raises ValidationError where one is required."""
        if self.required:
            raise ValidationError("This input is required.", "required")
        return "" if isinstance(self.initial, str) else ABSENT

    def read(self, text: str) -> Any:
        """Return the value that the text stands for. Raises ValidationError."""
        return text


class OptionalField(ValueField):
    """A value with a form of its own; left empty, the agent's own value is used."""

    def when_empty(self) -> Any:
        return super().when_empty() if self.required else ABSENT


class SecretField(OptionalField):
    """A text that is never shown again."""

    widget = forms.PasswordInput


class AnythingField(ValueField):
    """Text, or a number where the agent's own value is one and a number was typed."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None else full_text(value)

    def read(self, text: str) -> Any:
        if isinstance(self.initial, str) or self.initial is None:
            return text
        try:
            number = loads(text.strip())
        except NotJSON:
            return text
        return number if isinstance(number, int | float) else text


class IntegerField(OptionalField):
    """A whole number of any size."""

    def read(self, text: str) -> Any:
        digits = text.strip()
        if not WHOLE_NUMBER.fullmatch(digits):
            raise ValidationError("Enter a whole number.", "invalid")
        return _number(digits.removeprefix("+"))


class NumberField(OptionalField):
    """A number; one without a fraction stays whole. A comma is read as the decimal sign."""

    def read(self, text: str) -> Any:
        digits = text.strip()
        if not NUMBER.fullmatch(digits):
            raise ValidationError("Enter a number, for example 12.5.", "invalid")
        if WHOLE_NUMBER.fullmatch(digits):
            return _number(digits.removeprefix("+"))
        number = float(digits.replace(",", "."))
        if number in {float("inf"), float("-inf")}:
            raise ValidationError("This number is too large.", "invalid")
        return number


class ToggleField(forms.BooleanField):
    """On or off; never required, since off is an answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "required": False})


class ChoiceField(OptionalField):
    """One of several JSON values, shown as text."""

    widget = forms.Select

    def __init__(self, *, values: Sequence[Any], **options: Any) -> None:
        super().__init__(**options)
        chosen = self.initial is not None and self.initial in values
        empty = [] if chosen else [("", "Choose…" if self.required else "None chosen")]
        self.widget.choices = [*empty, *((dumps(value), full_text(value)) for value in values)]
        self.values = {dumps(value): value for value in values}

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or value in self.values else dumps(value)

    def read(self, text: str) -> Any:
        if text not in self.values:
            raise ValidationError("Choose one of the values in the list.", "invalid_choice")
        return self.values[text]


class JSONField(OptionalField):
    """JSON text, of one kind where ``kind`` names it."""

    widget = forms.Textarea
    kinds: ClassVar[dict[type, str]] = {
        list: "a list, for example [1, 2]",
        dict: 'an object, for example {"a": 1}',
    }

    def __init__(self, *, kind: type | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else full_text(value)

    def read(self, text: str) -> Any:
        try:
            value = loads(text)
        except NotJSON as error:
            raise ValidationError(str(error), "not_json") from None
        if self.kind and not isinstance(value, self.kind):
            raise ValidationError(f"Enter {self.kinds[self.kind]}.", "wrong_kind")
        return value


class TableField(forms.Field):
    """Rows of texts by column; rows without any text do not count."""

    def __init__(self, *, columns: Sequence[str], **options: Any) -> None:
        super().__init__(widget=TableWidget(columns), **options)

    def clean(self, value: Any) -> Any:
        rows = [row for row in value or [] if any(row.values())]
        if not rows and self.required:
            raise ValidationError("Fill in at least one row.", "required")
        if any("\x00" in cell for row in rows for cell in row.values()):
            raise ValidationError("Remove the null character from this table.", "null_character")
        return rows


class FileField(forms.FileField):
    """A file as it was sent. It is kept once all of the form can be used."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "data-largest": largest_file()}

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data:
            if self.required:
                raise ValidationError("Choose a file.", "required")
            return ABSENT
        if (data.size or 0) > largest_file():
            raise ValidationError(
                f"The file is larger than {largest_file() // 1024:,} KB, the most that is taken.",
                "too_large",
            )
        return data


def _number(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python reads a few thousand digits at most
        raise ValidationError("This number has too many digits.", "invalid") from None
