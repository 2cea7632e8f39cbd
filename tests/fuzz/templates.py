"""Templates, out of the pieces that attacks are made of."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from blocks.sdk import BlockError
from blocks.sdk.templates import render
from tests.fuzz.planted import SECRET

FOREIGN = ("<class ", "<module ", "built-in method", "environ(", "root:x:", SECRET)


class Planted:
    secret = SECRET

    def __str__(self) -> str:
        return "object"


NAMES = st.sampled_from(
    [
        "x",
        "y",
        "items",
        "loop",
        "self",
        "caller",
        "cycler",
        "joiner",
        "namespace",
        "lipsum",
        "range",
        "dict",
        "config",
        "request",
        "varargs",
        "kwargs",
        "super",
        "__class__",
        "__globals__",
        "__init__",
        "__mro__",
        "_x",
        "secret",
        "true",
        "none",
    ]
)
ATOMS = st.one_of(
    NAMES,
    st.integers(-(10**12), 10**12).map(str),
    st.text(max_size=8).map(repr),
    st.sampled_from(["[]", "{}", "()", "''", "[1, 2]", "{'a': x}", "1.5", "2 ** 9", "'a' * 9"]),
)
FILTERS = st.sampled_from(
    [
        "attr",
        "batch",
        "center",
        "default",
        "dictsort",
        "filesizeformat",
        "first",
        "float",
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
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "slice",
        "sort",
        "string",
        "striptags",
        "sum",
        "title",
        "tojson",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "urlize",
        "wordcount",
        "wordwrap",
        "xmlattr",
        "pprint",
        "e",
        "d",
        "count",
        "abs",
    ]
)


def _deeper(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, NAMES).map(lambda p: f"{p[0]}.{p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(inner, FILTERS).map(lambda p: f"({p[0]} | {p[1]})"),
        st.tuples(inner, FILTERS, inner).map(lambda p: f"({p[0]} | {p[1]}({p[2]}))"),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "~", "**", "in", "=="]), inner)
        .map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
    )  # fmt: skip


EXPRESSIONS = st.recursive(ATOMS, _deeper, max_leaves=8)
PIECES = st.one_of(
    st.text(max_size=20),
    EXPRESSIONS.map(lambda e: "{{ " + e + " }}"),
    st.tuples(NAMES, EXPRESSIONS).map(lambda p: "{% set " + p[0] + " = " + p[1] + " %}"),
    st.tuples(NAMES, EXPRESSIONS, EXPRESSIONS).map(
        lambda p: "{% for " + p[0] + " in " + p[1] + " %}{{ " + p[2] + " }}{% endfor %}"
    ),
    EXPRESSIONS.map(lambda e: "{% if " + e + " %}a{% else %}b{% endif %}"),
    st.tuples(NAMES, EXPRESSIONS).map(
        lambda p: "{% macro " + p[0] + "(x) %}{{ " + p[1] + " }}{% endmacro %}{{ x(x) }}"
    ),
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "{#", "#}", "{%-", "{% endfor %}", "{% raw %}", "{% include x %}",
         "{% import x as y %}", "{% extends x %}", "{% block x %}", "{% filter upper %}", "\x00"]
    ),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)


def template_tells_nothing(template: str, values: dict[str, Any], escape: bool) -> None:
    """A template gives a text or a BlockError, and no text that was not in it or its values."""
    given = {**values, "y": Planted()}
    try:
        text = render(template, given, escape_html=escape)
    except BlockError:
        return
    assert isinstance(text, str)
    said = template + repr(values)
    for traitor in FOREIGN:
        assert traitor not in text or traitor in said
