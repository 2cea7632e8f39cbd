"""Programs, most of which mean nothing."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from blocks.sdk.sandbox import LARGEST_PRINTED, LARGEST_RESULT, CodeFailed, CodeTookTooMuch, run
from tests.fuzz.planted import SECRET

CODE_NAMES = st.sampled_from(
    [
        "x",
        "y",
        "inputs",
        "result",
        "print",
        "len",
        "str",
        "open",
        "eval",
        "exec",
        "dir",
        "type",
        "getattr",
        "setattr",
        "hasattr",
        "iter",
        "next",
        "map",
        "sorted",
        "sum",
        "range",
        "list",
        "dict",
        "set",
        "tuple",
        "int",
        "float",
        "bytes",
        "isinstance",
        "os",
        "sys",
        "json",
        "re",
        "math",
        "asyncio",
        "__builtins__",
        "__import__",
        "__class__",
        "__name__",
        "undefined",
    ]
)
CODE_ATOMS = st.one_of(
    CODE_NAMES,
    st.integers(-(10**20), 10**20).map(str),
    st.text(max_size=8).map(repr),
    st.binary(max_size=8).map(repr),
    st.sampled_from(["[]", "{}", "()", "None", "1e400", "1j", "...", "[x]", "{'a': x}", "{1, 2}"]),
)


def _code_deeper(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, CODE_NAMES).map(lambda p: f"{p[0]}.{p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "**", "%", "<<", "//", "@", "and", "is"]), inner)
        .map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, CODE_NAMES, inner).map(lambda p: f"[{p[0]} for {p[1]} in {p[2]}]"),
        st.tuples(CODE_NAMES, inner).map(lambda p: f"(lambda {p[0]}: {p[1]})"),
        inner.map(lambda e: "f'{" + e.replace("'", '"').replace("\\", "") + "}'"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
    )  # fmt: skip


CODE_EXPRESSIONS = st.recursive(CODE_ATOMS, _code_deeper, max_leaves=8)
STATEMENTS = st.one_of(
    CODE_EXPRESSIONS,
    st.tuples(CODE_NAMES, CODE_EXPRESSIONS).map(lambda p: f"{p[0]} = {p[1]}"),
    CODE_EXPRESSIONS.map(lambda e: f"result = {e}"),
    CODE_EXPRESSIONS.map(lambda e: f"print({e})"),
    st.tuples(CODE_NAMES, CODE_EXPRESSIONS).map(lambda p: f"for {p[0]} in {p[1]}: x = {p[0]}"),
    CODE_EXPRESSIONS.map(lambda e: f"while {e}: x = 1"),
    st.tuples(CODE_NAMES, CODE_EXPRESSIONS).map(lambda p: f"def {p[0]}(x): return {p[1]}"),
    CODE_EXPRESSIONS.map(lambda e: f"try:\n    {e}\nexcept Exception as x:\n    result = str(x)"),
    st.tuples(CODE_NAMES, CODE_NAMES).map(lambda p: f"from {p[0]} import {p[1]}"),
    CODE_NAMES.map(lambda n: f"import {n}"),
    CODE_NAMES.map(lambda n: f"class {n}:\n    x = 1\n    def f(self): return self"),
    CODE_EXPRESSIONS.map(lambda e: f"async def f(): return {e}"),
    CODE_EXPRESSIONS.map(lambda e: f"raise {e}"),
    CODE_EXPRESSIONS.map(lambda e: f"match {e}:\n    case [x, *y]: result = y\n    case _: result = x"),
    st.text(max_size=30),
)  # fmt: skip
PROGRAMS = st.lists(STATEMENTS, max_size=6).map("\n".join)


def code_ends_and_stays_inside(code: str, inputs: dict[str, Any]) -> None:
    """Code gives values or one of two errors, keeps to its limits, and sees its inputs only."""
    ran = run(code, inputs, seconds=0.3)
    assert ran.error is None or isinstance(ran.error, CodeFailed | CodeTookTooMuch)
    assert len(ran.printed) <= LARGEST_PRINTED
    if ran.has_result:
        assert len(repr(ran.result)) <= 8 * LARGEST_RESULT
    said = code + repr(inputs)
    for traitor in (SECRET, "root:x:"):
        assert traitor not in f"{ran}" or traitor in said
