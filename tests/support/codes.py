"""Every error code that our sources can answer with, found by reading them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication  # noqa: F401 - subclasses

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform", "agents", "blocks", "store", "market", "config")
# Where a call takes its code: its name, and the position of the argument.
TAKES_CODE = {"Detail": 0, "problem": 0, "fail": 2, "Fault": 0, "Loss": 0}
# Simple JWT gives these to its exceptions where it raises them.
SIMPLE_JWT = {
    "bad_authorization_header",
    "no_active_account",
    "password_changed",
    "user_inactive",
    "user_not_found",
}


def all_codes() -> set[str]:
    """Return each code as a regular expression: nearly all are plain words."""
    return {*_ours(), *_of_the_framework(APIException), *SIMPLE_JWT}


def _ours() -> Iterator[str]:
    for root in SOURCES:
        for path in sorted((ROOT / root).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_module(ast.parse(path.read_text(encoding="utf-8")))


def _of_module(module: ast.Module) -> Iterator[str]:
    constants = dict(_constants(module))
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.Call):
            for argument in _code_arguments(node):
                yield from _texts(constants.get(_name(argument), argument))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code":
                    yield from () if isinstance(value, ast.Dict) else _texts(value)
    if "CODES" in constants:
        yield from _texts(constants["CODES"])


def _constants(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    """Yield what a class of errors says: ``code = "…"``."""
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                if _name(target) == "code":
                    yield from _texts(value)


def _code_arguments(call: ast.Call) -> Iterator[ast.expr]:
    position = TAKES_CODE.get(_name(call.func))
    if position is not None and len(call.args) > position:
        yield call.args[position]
    if not _name(call.func).endswith("Inputs"):  # pins of a block, one of which may hold code
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "code")


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression can become; what is filled in stands as ``\\w+``."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
                for part in parts
            )
        case ast.Dict(values=values):
            for value in values:
                yield from _texts(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _texts(default)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _of_the_framework(kind: type[APIException]) -> Iterator[str]:
    yield kind.default_code
    for subclass in kind.__subclasses__():
        yield from _of_the_framework(subclass)
