"""What a username may be, for people who choose their own."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator, RegexValidator

# Who reads one of these names believes that the instance itself speaks.
RESERVED = frozenset(
    {
        *("admin", "administrator", "anonymous", "api", "everyone", "help", "me", "moderator"),
        *("nobody", "official", "owner", "root", "security", "staff", "store", "support"),
        *("system", "trellis", "user", "webmaster"),
    }
)

# No `@`: who signs in may write an e-mail address in the same field, and it must not be a name of
# somebody else. No letters beyond ASCII: two names that look alike are one for the reader.
well_formed = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
    "Use letters from A to Z, digits, and between them `.`, `-` and `_`.",
    code="invalid_username",
)


def not_reserved(name: str) -> None:
    """Raise ValidationError for a name that speaks for the instance."""
    if name.lower() in RESERVED:
        raise ValidationError(
            "This name is kept for the instance itself.", code="reserved_username"
        )


validators: list[Callable[[str], None]] = [well_formed, not_reserved]


def check(name: str, *, least: int) -> None:
    """Raise ValidationError, under `username`, unless somebody may choose this name."""
    try:
        MinLengthValidator(least)(name)
        for validate in validators:
            validate(name)
    except ValidationError as error:
        raise ValidationError({"username": error}) from None
