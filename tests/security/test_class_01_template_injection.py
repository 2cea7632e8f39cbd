"""Class 1: a template fills in values, and is no way to run anything.

Every template block and every place of a name goes through `blocks.sdk.templates`; the attacks that
other platforms' expressions fell to are tried there.
"""

from typing import Any

import pytest

from blocks.sdk import BlockError
from blocks.sdk.template_limits import Budget
from blocks.sdk.templates import Sandbox, render
from tests.support.sources import imported, modules

SECRET = "planted-for-templates"


class Planted:
    """An object as no run has one: values are JSON. Should one come, it tells nothing."""

    secret = SECRET

    def method(self) -> str:
        return SECRET

    def __str__(self) -> str:
        return "object"


ATTACKS = [
    "{{ x.secret }}",
    "{{ x.method() }}",
    "{{ x['secret'] }}",
    "{{ x | attr('secret') }}",
    "{{ [x] | map(attribute='secret') | first }}",
    "{{ [x] | sum(attribute='secret', start='') }}",
    "{{ [x] | groupby('secret') }}",
    "{{ [x] | selectattr('secret') | list }}",
    "{{ [x] | sort(attribute='secret') | list }}",
    "{{ '%(secret)s' | format(secret=x.secret) }}",
    "{{ '{0.secret}'.format(x) }}",
    "{{ '{x.secret}'.format_map({'x': x}) }}",
    "{{ x.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ config }}{{ request }}{{ settings }}{{ debug }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ url_for.__globals__ }}",
    "{{ range.__self__ }}",
    "{{ dict.__base__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% extends '/etc/passwd' %}",
    "{% from 'os' import environ %}",
    "{% set x = ''.__class__ %}{{ x.__mro__ }}",
    "{% for k in ().__class__.__base__.__subclasses__() %}{{ k }}{% endfor %}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{{ loop }}{% for a in [1] %}{{ loop.__class__ }}{{ loop._iterator }}{% endfor %}",
    "{{ (lambda: 1)() }}",
    "{{ __import__('os').environ }}",
    "{{ [].append.__self__.__class__ }}",
    "{{ x | map('attr', 'secret') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ dict(secret=x).secret.secret }}",
    "{{ {**x} }}",
    "{{ [*x] }}",
    "{% debug %}",
    "{% do x %}",
    "{% autoescape false %}{{ x.secret }}{% endautoescape %}",
    "{% trans %}{{ x.secret }}{% endtrans %}",
]


@pytest.mark.parametrize("template", ATTACKS)
@pytest.mark.parametrize("escape", [False, True])
def test_a_template_tells_nothing_that_it_was_not_given(template: str, escape: bool) -> None:
    try:
        text = render(template, {"x": Planted()}, escape_html=escape)
    except BlockError:
        return

    for traitor in (SECRET, "<class", "subclasses", "environ(", "root:", "built-in method"):
        assert traitor not in text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ x.items }}", ""),
        ("{{ x['items'] }}", ""),
        ("{{ x.items ~ 'a'.upper }}", ""),
        ("{{ x.items | string }}", ""),
        ("{{ '{}'.format }}", ""),
        ("{{ x.items | default('none') }}", "none"),
        ("{{ [x.items] }}", "[Undefined]"),
        ("{{ [x] | map(attribute='items') | first }}", ""),
        ("{% for a in [1] %}{{ loop.cycle }}{% endfor %}", ""),
        ("{% for key, value in x.items() %}{{ key }}{{ value }}{% endfor %}", "k1"),
        ("{% set up = 'a'.upper %}{{ up() }}", "A"),
    ],
)
def test_a_method_that_is_not_called_is_a_name_without_a_value(template: str, text: str) -> None:
    assert render(template, {"x": {"k": 1}}) == text


def test_no_name_and_no_loader_is_there_besides_the_values() -> None:
    sandbox = Sandbox(Budget(), escape_html=False)

    assert sandbox.globals == {}
    assert sandbox.loader is None
    assert sandbox.extensions == {}


def test_values_are_not_changed_by_a_template() -> None:
    values: dict[str, Any] = {"items": [1], "known": {"a": 1}}
    for template in ("{{ items.append(2) }}", "{{ known.update(b=2) }}", "{{ items.clear() }}"):
        try:
            render(template, values)
        except BlockError:
            continue

    assert values == {"items": [1], "known": {"a": 1}}


def test_jinja_is_asked_in_the_sandbox_only() -> None:
    asking = {
        path
        for path, module in modules("agents", "blocks", "platform", "config")
        if any(name.partition(".")[0] == "jinja2" for name in imported(module))
    }

    assert asking == {
        "blocks/sdk/template_names.py",
        "blocks/sdk/templates.py",
    }
