"""What must hold, whatever comes in: a property and its inputs for each target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from blocks.sdk import BlockError
from blocks.sdk.sandbox import LARGEST_PRINTED, LARGEST_RESULT, CodeFailed, CodeTookTooMuch, run
from blocks.sdk.templates import render
from egress.addresses import Address
from egress.errors import EgressError
from egress.policy import Policy
from egress.resolving import checked
from egress.targets import parse_url, target_of

SECRET = "planted-for-fuzzing"
FOREIGN = ("<class ", "<module ", "built-in method", "environ(", "root:x:", SECRET)


@dataclass(frozen=True)
class Target:
    """A property, the inputs that it is asked about, and how many of them make a round."""

    check: Callable[..., None]
    inputs: Mapping[str, SearchStrategy[Any]]
    round: int = 200


class Planted:
    secret = SECRET

    def __str__(self) -> str:
        return "object"


# --- Templates ------------------------------------------------------------------------------------

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


# --- Addresses ------------------------------------------------------------------------------------

NUMBERS_4 = st.integers(0, 2**32 - 1)
NEAR_4 = st.sampled_from(
    [
        "0.0.0.0",
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "8.8.8.8",
        "1.1.1.1",
    ]
).map(lambda text: int(IPv4Address(text)))
ANY_4 = st.one_of(NUMBERS_4, NEAR_4)


def _spellings(number: int) -> SearchStrategy[str]:
    a, b, c, d = number.to_bytes(4, "big")
    return st.sampled_from(
        [
            f"{a}.{b}.{c}.{d}", str(number), hex(number), f"0{number:o}", f"{a}.{b}.{c * 256 + d}",
            f"{a}.{b * 65536 + c * 256 + d}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.{b}.{c}.{d}",
            f"[::ffff:{a}.{b}.{c}.{d}]", f"[::{a}.{b}.{c}.{d}]", f"[64:ff9b::{number:x}]"
            if number < 65536 else f"[64:ff9b::{number >> 16:x}:{number & 65535:x}]",
            f"[2002:{number >> 16:x}:{number & 65535:x}::]", f"{a}.{b}.{c}.{d}.", f"{a}。{b}。{c}。{d}",
            f"{a}.{b}.{c}.{d}.nip.io", f"{a}%2e{b}.{c}.{d}", f"user@{a}.{b}.{c}.{d}",
            f"example.org@{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d}#@example.org",
            f"example.org\\@{a}.{b}.{c}.{d}", f"{a}.{b}.{c}.{d}%00.example.org",
        ]
    )  # fmt: skip


HOSTS = st.one_of(
    ANY_4.flatmap(_spellings),
    st.integers(0, 2**128 - 1).map(lambda n: f"[{IPv6Address(n)}]"),
    st.sampled_from(
        [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "ip6-localhost",
            "metadata.google.internal",
            "[::]",
            "[::1]",
            "[fe80::1%25eth0]",
            "[fd00:ec2::254]",
            "ⓛocalhost",
            "①②⑦.0.0.1",
            "127.1",
            "0",
            "0x7f.1",
            "example.org",
        ]
    ),
    st.text(min_size=1, max_size=20),
)
URLS = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}{path}",
    st.sampled_from(["http", "https", "HTTP", "ftp", "file", "gopher", "http:", " http", "ht\ttp"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":22", ":0", ":99999", ":8080", ": 80", ":٨٠"]),
    st.one_of(st.just(""), st.text(max_size=10).map(lambda t: "/" + t)),
)
ADDRESSES: SearchStrategy[Address] = st.one_of(
    ANY_4.map(IPv4Address),
    st.integers(0, 2**128 - 1).map(IPv6Address),
    ANY_4.map(lambda n: IPv6Address((0xFFFF << 32) | n)),
    ANY_4.map(lambda n: IPv6Address((0x64FF9B << 96) | n)),
    ANY_4.map(lambda n: IPv6Address((0x2002 << 112) | (n << 80))),
)


def guard_lets_public_addresses_through_only(url: str, found: list[Address]) -> None:
    """What may be asked is public by what `ipaddress` knows, for every way to write it."""
    policy = Policy()
    try:
        target = target_of(parse_url(url))
        policy.check_target(target)
        dialed = checked(target.host, target.port, found, policy)
    except EgressError:
        return
    assert target.scheme in {"http", "https"}
    assert target.port in policy.ports
    for address in dialed:
        assert address.is_global, address
        assert not address.is_multicast
        if isinstance(address, IPv6Address):
            assert address.ipv4_mapped is None
            assert address.sixtofour is None
            assert address.teredo is None


# --- Code -----------------------------------------------------------------------------------------

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


TARGETS: Mapping[str, Target] = {
    "templates": Target(
        template_tells_nothing,
        {
            "template": st.lists(PIECES, max_size=6).map("".join),
            "values": st.dictionaries(NAMES, VALUES, max_size=4),
            "escape": st.booleans(),
        },
    ),
    "addresses": Target(
        guard_lets_public_addresses_through_only,
        {"url": URLS, "found": st.lists(ADDRESSES, min_size=1, max_size=3)},
        round=1000,
    ),
    "code": Target(
        code_ends_and_stays_inside,
        {"code": PROGRAMS, "inputs": st.dictionaries(CODE_NAMES, VALUES, max_size=3)},
        round=50,
    ),
}
