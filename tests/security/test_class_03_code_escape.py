"""Class 3: code that people wrote reaches nothing but its values, and ends.

Every way out that other platforms' sandboxes had, tried in the process that runs code here.
"""

import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from blocks.sdk import sandbox
from blocks.sdk.sandbox import CodeFailed, CodeTookTooMuch, Ran, run
from tests.support.waiting import eventually

PLANTED = "planted-for-code-escape"


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", PLANTED)


def attempt(code: str, seconds: float = 1.0, **inputs: Any) -> Ran:
    return run(code, inputs, seconds=seconds)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nresult = os.environ['PLANTED_SECRET']",
        "import os\nresult = os.getenv('PLANTED_SECRET', 'none')",
        "import os\nresult = dict(os.environ)",
        "result = open('/proc/self/environ').read()",
        "result = open('/etc/passwd').read()",
        "result = open('../../../../etc/passwd').read()",
        "from pathlib import Path\nresult = Path('/proc/self/environ').read_text()",
        "from pathlib import Path\nresult = [str(p) for p in Path('/').iterdir()]",
        "import os\nresult = os.listdir('/')",
        "open('/tmp/written-by-code', 'w').write('x')",
        "from pathlib import Path\nPath('/tmp/written-by-code').write_text('x')",
        "import os\nos.symlink('/etc/passwd', '/tmp/written-by-code')",
        "import os\nos.system('touch /tmp/written-by-code')",
        "import os\nos.fork()",
        "import os\nos.kill(1, 9)",
        "import os\nresult = os.popen('id').read()",
        "import subprocess",
        "import socket",
        "import ctypes",
        "result = __import__('os').environ",
        "result = ().__class__.__bases__[0].__subclasses__()",
        "result = ''.__class__.__mro__",
        "def f(): pass\nresult = f.__globals__",
        "def f(): pass\nresult = f.__code__.co_code",
        "result = (lambda: 0).__closure__",
        "try:\n    1 / 0\nexcept Exception as e:\n    result = e.__traceback__.tb_frame.f_globals",
        "import sys\nresult = sys._getframe().f_back",
        "import sys\nresult = sys.modules",
        "import json\nresult = json.codecs.open('/etc/passwd')",
        "import typing\nresult = typing.sys.modules",
        "result = getattr(getattr((), '__cla' + 'ss__'), '__bases__')",
        "result = '{0.__class__}'.format(())",
        "result = globals()",
        "result = vars()",
        "result = eval('__import__(\"os\")')",
        "exec('import socket')",
        "result = compile('1', 'x', 'eval')",
        "import builtins",
        "breakpoint()",
        "result = input()",
    ],
)
def test_code_reaches_nothing_outside(code: str) -> None:
    ran = attempt(code)

    assert PLANTED not in str(ran)
    assert "root:" not in str(ran)
    assert ran.has_result is False or ran.result in ("none", {})
    assert not Path("/tmp/written-by-code").exists()


def test_code_that_is_told_everything_knows_its_inputs_only() -> None:
    ran = attempt("print(dir())\nresult = [str(v) for v in inputs.values()]", given="value")

    assert PLANTED not in ran.printed
    assert ran.result in (["value"], None)


def test_data_that_looks_like_code_stays_data() -> None:
    text = "'; import os; result = os.environ #"

    assert attempt("result = text", text=text).result == text


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "x = 1\nwhile True: x += 1",
        "def f(): f()\nf()",
        "f = lambda g: g(g)\nf(f)",
        "result = [0] * 10**10",
        "result = 'x' * 10**10",
        "a = []\nwhile True: a.append('x' * 1000)",
        "d = {}\ni = 0\nwhile True:\n    d[i] = str(i) * 100\n    i += 1",
        "x = 'x'\nwhile True: x += x",
        "result = 10 ** 10 ** 8",
        "result = 1 << 10**12",
        "x = 7\nwhile True: x = x * x",
        "a = [0] * 1000\nfor i in range(5): a = [a] * 1000\nresult = a",
        "a = 'x' * 1000\nfor i in range(5): a = [a] * 1000\nprint(a)",
        "while True: print('x' * 1000)",
        "print('x' * 200_000)",
        "result = 'x' * (20 * 2**20)",
        "x = []\nfor i in range(100_000): x = [x]\nresult = x",
        "result = sum(range(10**12))",
        "import re\nre.match(r'(a|a)*$', 'a' * 40 + 'b')\nwhile True: pass",
        "import asyncio\nasync def f():\n    while True: await asyncio.sleep(1)\nasyncio.run(f())",
        "import itertools\nfor x in itertools.count(): pass",
        "result = '%1000000000d' % 1",
        "result = f'{1:1000000000}'",
        "result = sorted([i % 7 for i in range(10**9)])",
        "result = 'a'.replace('a', 'b' * 10**9)",
        "result = 'ab'.join(['x' * 10**5] * 10**5)",
    ],
)
def test_code_that_takes_too_much_is_ended(code: str) -> None:
    ran = attempt(code)

    assert isinstance(ran.error, CodeTookTooMuch | CodeFailed)
    assert ran.has_result is False
    assert len(ran.printed) <= sandbox.LARGEST_PRINTED


@pytest.mark.parametrize(
    "code",
    [
        "[" * 100_000,
        "(" * 50_000 + ")" * 50_000,
        "x = " + "-" * 90_000 + "1",
        "x = " + "+".join(["1"] * 40_000),
        "a" + ".a" * 40_000,
        "f(" * 30_000,
        "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 400)),
        "\x00",
        "\ud800",
        "\ufeff#",
        "result = 0x" + "f" * 90_000,
        "'''",
        "\\",
    ],
)
def test_code_that_breaks_readers_of_code_is_an_error(code: str) -> None:
    ran = attempt(code)

    assert ran.error is None or isinstance(ran.error, CodeTookTooMuch | CodeFailed)


@pytest.fixture
def limits_of_the_process(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collects what the system grants the interpreter, at the moment at which code would run."""
    seen: list[dict[str, Any]] = []
    confine = sandbox.confine

    def confined(pool: Any, seconds: float) -> None:
        confine(pool, seconds)
        seen.extend(
            {
                "environment": child.environ(),
                "memory": child.rlimit(psutil.RLIMIT_AS),
                "files": child.rlimit(psutil.RLIMIT_FSIZE),
                "cpu": child.rlimit(psutil.RLIMIT_CPU),
                "sockets": len(child.net_connections()),
            }
            for child in psutil.Process().children()
            if child.name() == "monty"
        )

    monkeypatch.setattr(sandbox, "confine", confined)
    return seen


def test_the_process_has_no_environment_and_limits_of_the_system(
    limits_of_the_process: list[dict[str, Any]],
) -> None:
    assert attempt("result = 1").result == 1

    assert limits_of_the_process == [
        {
            "environment": {},
            "memory": (sandbox.LARGEST_PROCESS, sandbox.LARGEST_PROCESS),
            "files": (0, 0),
            "cpu": (7, 7),
            "sockets": 0,
        }
    ]


def test_no_process_is_left() -> None:
    before = {child.pid for child in psutil.Process(os.getpid()).children()}
    attempt("while True: pass", seconds=0.2)
    attempt("result = 1")

    def left() -> bool:
        now = {child.pid for child in psutil.Process(os.getpid()).children()}
        return not now - before

    eventually(left)
