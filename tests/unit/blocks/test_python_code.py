"""Run Python: values in, values out, and every error with its line."""

import re
from pathlib import Path
from typing import Any

import pytest

from blocks.sdk import BlockError, registry
from blocks.sdk.sandbox import LARGEST_CODE, MODULES, CodeFailed, CodeTookTooMuch, Ran, run
from blocks.sdk.testing import run_block
from tests.support.blocks import emitted

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "code.md").read_text(encoding="utf-8")
ELSEWHERE = [
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "multiprocessing",
    "ctypes",
    "importlib",
    "inspect",
    "gc",
    "builtins",
    "pickle",
    "marshal",
    "shutil",
    "tempfile",
    "signal",
    "urllib",
    "http",
    "io",
    "code",
    "zipfile",
    "sqlite3",
    "resource",
    "numpy",
    "django",
]


def ran(code: str, inputs: dict[str, Any] | None = None) -> Ran:
    return run(code, inputs or {}, seconds=20)


def result_of(code: str, inputs: dict[str, Any] | None = None) -> Any:
    done = ran(code, inputs)
    assert done.error is None
    assert done.has_result
    return done.result


@pytest.mark.parametrize(
    ("code", "inputs", "expected"),
    [
        ("result = a + b", {"a": 1, "b": 2}, 3),
        ("result = inputs['x y'] + inputs['class']", {"x y": "a", "class": "b"}, "ab"),
        ("result = (1, [2.5], {'k': None, 'l': True})", {}, [1, [2.5], {"k": None, "l": True}]),
        ("result = None", {}, None),
        ("result = [w.upper() for w in words]", {"words": ["é", "𝄞"]}, ["É", "𝄞"]),
        ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nresult = f(20)", {},
         2432902008176640000),
        ("import json\nresult = json.loads(text)", {"text": '{"a": [1]}'}, {"a": [1]}),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    result = str(e)", {},
         "division by zero"),
        ("import asyncio\nasync def f():\n    return 3\nresult = asyncio.run(f())", {}, 3),
        ("result = '{{ 7 * 7 }}'", {}, "{{ 7 * 7 }}"),
        ("json = 5\nresult = json", {}, 5),
    ],
)  # fmt: skip
def test_code_gives_what_it_assigned_to_result(
    code: str, inputs: dict[str, Any], expected: Any
) -> None:
    assert result_of(code, inputs) == expected


@pytest.mark.parametrize("code", ["", "1 + 1", "# nothing", "x = [1]", "def result_of(): pass"])
def test_code_that_assigns_no_result_gives_none(code: str) -> None:
    assert ran(code) == Ran(printed="")


def test_what_is_printed_goes_out_before_the_result_and_before_the_error() -> None:
    assert emitted("RunPythonBlock", {"code": "print('a', 1)\nprint('b')\nresult = 2"}) == [
        ("printed", "a 1\nb\n"),
        ("result", 2),
    ]
    [spec] = [spec for spec in registry if spec.name == "RunPythonBlock"]
    inputs = spec.inputs.build({"code": "print('seen')\nraise ValueError('no')"})
    outputs = spec.run(inputs, None)

    assert next(outputs) == ("printed", "seen\n")
    with pytest.raises(CodeFailed, match=r"^The code failed in line 2\. ValueError: no$"):
        next(outputs)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("x = 1\nx.nothing", "The code failed in line 2. AttributeError: "),
        ("def f():\n    return 1 / 0\n\nf()", "in line 2. ZeroDivisionError: division by zero"),
        ("x = (", "The code failed in line 1. SyntaxError: "),
        ("result", "The code failed in line 1. NameError: name 'result' is not defined"),
        ("result = {1, 2}", "`result` cannot be told as JSON: TypeError: "),
        ("result = 10 ** 5000", "`result` cannot be told as JSON: ValueError: "),
        ("a = []\na.append(a)\nresult = a", "Circular reference"),
        ("raise ValueError('x' * 10000)", "ValueError: xxx"),
        ("raise SystemExit(3)", "RuntimeError"),
        ("yield 1", "does not yet support yield"),
    ],
)
def test_an_error_says_what_and_where(code: str, sentence: str) -> None:
    error = ran(code).error

    assert isinstance(error, CodeFailed)
    assert sentence in str(error)
    assert len(str(error)) < 700


def test_numbers_that_are_none_in_json_are_an_error_of_the_node() -> None:
    assert result_of("result = float('inf')") == float("inf")  # which the engine refuses


def test_code_that_is_too_long_is_not_run() -> None:
    with pytest.raises(CodeTookTooMuch, match="100,001 characters"):
        run("#" * (LARGEST_CODE + 1), {}, seconds=1)


def test_one_run_sees_nothing_of_another() -> None:
    assert ran("import math\nleft = 1\nmath.pi").error is None

    error = ran("result = left").error

    assert isinstance(error, CodeFailed)
    assert "name 'left' is not defined" in str(error)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_list_can_be_imported(module: str) -> None:
    assert ran(f"import {module}").error is None


@pytest.mark.parametrize("module", ELSEWHERE)
def test_no_other_module_can_be_imported(module: str) -> None:
    error = ran(f"import {module}").error

    assert isinstance(error, CodeFailed)
    assert "ModuleNotFoundError" in str(error)


def test_the_page_about_code_lists_these_modules() -> None:
    [listed] = re.findall(r"interpreter does\. -->\n(.+?)\.\n\n", PAGE, re.DOTALL)

    assert re.findall(r"`(\w+)`", listed) == MODULES


def test_the_block_takes_inputs_as_pins_and_hands_on_members() -> None:
    from agents.engine import pins

    merged = pins.merge({"code": "result = {'sum': a + b}", "inputs_#_a": 1, "inputs_#_b": 2})
    [spec] = [spec for spec in registry if spec.name == "RunPythonBlock"]
    [(pin, value)] = run_block(spec, merged)

    assert pins.select(pin, value, "result_#_sum") == 3


def test_inputs_that_the_sandbox_cannot_hold_are_an_error() -> None:
    with pytest.raises(BlockError):
        run_block(
            next(spec for spec in registry if spec.name == "RunPythonBlock"),
            {"code": "missing"},
        )
