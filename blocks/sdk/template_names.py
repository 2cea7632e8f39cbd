"""What templates may name: filters, and attributes of the kinds of values that they meet.

Lists of what is allowed. What a new version of Jinja or Python brings along is not there until somebody
has looked at what it costs and where it leads.
"""

from collections.abc import Mapping
from typing import Any

from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from markupsafe import Markup

FILTERS = frozenset(
    [
        "abs",
        "attr",
        "batch",
        "capitalize",
        "center",
        "count",
        "d",
        "default",
        "dictsort",
        "e",
        "escape",
        "filesizeformat",
        "first",
        "float",
        "forceescape",
        "format",
        "groupby",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "random",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "selectattr",
        "slice",
        "sort",
        "string",
        "striptags",
        "sum",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "wordcount",
        "wordwrap",
    ]
)
OF_TEXTS = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "format",
        "format_map",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
    ]
)
OF_NUMBERS = frozenset(
    [
        "as_integer_ratio",
        "bit_count",
        "bit_length",
        "conjugate",
        "denominator",
        "hex",
        "imag",
        "is_integer",
        "numerator",
        "real",
    ]
)
OF_LOOPS = frozenset(
    [
        "changed",
        "cycle",
        "depth",
        "depth0",
        "first",
        "index",
        "index0",
        "last",
        "length",
        "nextitem",
        "previtem",
        "revindex",
        "revindex0",
    ]
)
ATTRIBUTES: Mapping[type, frozenset[str]] = {
    Markup: OF_TEXTS | {"escape", "striptags", "unescape"},
    str: OF_TEXTS,
    bytes: frozenset({"decode", "hex"}),
    int: OF_NUMBERS,
    float: OF_NUMBERS,
    dict: frozenset({"copy", "get", "items", "keys", "values"}),
    list: frozenset({"copy", "count", "index"}),
    tuple: frozenset({"count", "index", "grouper", "list"}),  # groups have the last two
    LoopContext: OF_LOOPS,
    Macro: frozenset({"arguments", "caller", "catch_kwargs", "catch_varargs", "name"}),
    BlockReference: frozenset({"super"}),
}


def is_allowed(value: Any, attribute: str) -> bool:
    """Return whether a template may ask the value for this attribute."""
    if isinstance(value, TemplateReference):  # `self`: its attributes are the template's own blocks
        return not attribute.startswith("_")
    kinds = (names for kind, names in ATTRIBUTES.items() if isinstance(value, kind))
    return attribute in next(kinds, frozenset())
