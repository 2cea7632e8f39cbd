"""Templates that people write, rendered in Jinja's sandbox with nothing global in it.

The template is the author's; the values are data and are never read as a template. A rendering
has a budget of characters and seconds (``blocks.sdk.template_limits``), so that no template can
hang a worker or fill its memory.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from types import CodeType
from typing import Any

from jinja2 import Template, TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from blocks.sdk import template_limits, template_names
from blocks.sdk.errors import BlockError
from blocks.sdk.limits import check_text_size
from blocks.sdk.template_limits import Budget

LONGEST_CACHED = 10_000
"""Characters of a template that is kept compiled for the next time."""
PRICED_OPERATORS: dict[str, Callable[[Any, Any], int]] = {
    "*": template_limits.multiplied,
    "**": template_limits.raised,
}


def render(template: str, values: Mapping[str, Any], *, escape_html: bool = False) -> str:
    """Return the template filled with the values; names without a value are empty.

    With ``escape_html`` the values' ``&``, ``<``, ``>`` and quotes are escaped, except through
    the filter ``safe``. Raises BlockError where the template is wrong or takes too much.
    """
    check_text_size(len(template))
    pieces: list[str] = []
    size = 0
    try:
        for piece in _compile(template, escape_html).generate(dict(values)):
            size += len(piece)
            check_text_size(size)
            pieces.append(piece)
    except BlockError:
        raise
    except RecursionError:
        raise BlockError("The template is nested too deeply.") from None
    except TemplateError as error:
        where = f" in line {line}" if (line := getattr(error, "lineno", None)) else ""
        raise BlockError(f"The template is wrong{where}: {error.message}") from None
    except Exception as error:
        raise BlockError(f"The template cannot be filled: {error}") from None
    return "".join(pieces)


def _compile(template: str, escape_html: bool) -> Template:
    compiled = _cached_code if len(template) <= LONGEST_CACHED else _code
    code = compiled(template, escape_html)
    return Template.from_code(Sandbox(Budget(), escape_html=escape_html), code, {})


def _code(template: str, escape_html: bool) -> CodeType:
    sandbox = Sandbox(Budget(), escape_html=escape_html)
    return sandbox.compile(_Priced().visit(sandbox.parse(template)))


_cached_code = lru_cache(maxsize=256)(_code)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which everything that is made is paid from a budget."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(self, budget: Budget, *, escape_html: bool) -> None:
        super().__init__(autoescape=escape_html, optimized=False, finalize=_pay_for_output)
        self.budget = budget
        self.globals.clear()
        self.filters = {
            name: self._priced_filter(name, function)
            for name, function in {**self.filters, "format": _format}.items()
            if name in template_names.FILTERS
        }
        self.filters |= {"_count": budget.count, "_made": self._made}
        self.tests = {name: self._counted_test(test) for name, test in self.tests.items()}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return template_names.is_allowed(obj, attr) and super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return _Method.of(super().getattr(obj, attribute), obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return _Method.of(super().getitem(obj, argument), obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            values = right if isinstance(right, tuple) else (right,)
            self.budget.spend(template_limits.printf(left, *values))
        elif operator in PRICED_OPERATORS:
            self.budget.spend(PRICED_OPERATORS[operator](left, right))
        return self._made(super().call_binop(context, operator, left, right))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.budget.spend()
        given = [self._listed(argument) for argument in args]
        if isinstance(obj, _Method):
            obj = obj.function
        if isinstance(obj, LoopContext):  # a recursive loop goes one level down
            return super().call(context, obj, self.budget.count(given[0]))
        owner = getattr(getattr(obj, "__wrapped__", obj), "__self__", None)
        if isinstance(owner, str):
            self.budget.spend(template_limits.method_price(obj.__name__, owner, *given, **kwargs))
        return self._made(super().call(context, obj, *given, **kwargs))

    def _priced_filter(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        leading = 1 if hasattr(function, "jinja_pass_arg") else 0

        @wraps(function)
        def priced(*args: Any, **kwargs: Any) -> Any:
            given = [*args[:leading], *(self._listed(argument) for argument in args[leading:])]
            self.budget.spend(1 + template_limits.filter_price(name, *given[leading:], **kwargs))
            return self._made(function(*given, **kwargs))

        return priced

    def _counted_test(self, test: Any) -> Callable[..., Any]:
        @wraps(test)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.budget.spend()
            return test(*args, **kwargs)

        return counted

    def _listed(self, value: Any) -> Any:
        if isinstance(value, Iterator) and not isinstance(value, LoopContext):
            return list(self.budget.count(value))
        return value

    def _made(self, value: Any) -> Any:
        value = self._listed(value)
        self.budget.weigh(value)
        return value


class _Method(Undefined):
    """A method. Unless it is called it is a name without a value: its own text tells of our memory."""

    __slots__ = ("function",)
    function: Any

    @classmethod
    def of(cls, found: Any, obj: Any, name: Any) -> Any:
        """Return what was found, a method as one of these."""
        if isinstance(found, Undefined) or not callable(found):
            return found
        method = cls(obj=obj, name=name)
        method.function = found
        return method


class _Priced(NodeTransformer):
    """Makes a template pay for loops, for literal lists and for its own text."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_count")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "join")

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return _filtered(self.generic_visit(node), "_made")

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if node.ctx == "store" else _filtered(node, "_made")

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802
        text = nodes.Const(node.data, lineno=node.lineno)
        return nodes.MarkSafe(text, lineno=node.lineno)


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _pay_for_output(context: Context, value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    context.environment.budget.spend(1 + len(text))  # type: ignore[attr-defined]
    return text


def _format(value: Any, *values: Any, **named: Any) -> Any:
    """Return ``3.14159 | format("%.2f")`` or ``"%.2f" | format(3.14159)``, as printf writes it."""
    if not values and not named:
        return value
    layout: Any = values[0] if values else ""
    if isinstance(layout, str) and "%" in layout and not (isinstance(value, str) and "%" in value):
        Budget().spend(template_limits.printf(layout, value))
        return layout % float(value)
    Budget().spend(template_limits.printf(str(value), *values, **named))
    return str(value) % (named or values)
