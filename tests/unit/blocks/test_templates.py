"""Templates are filled from data, and none can reach out, hang or fill the memory."""

import time
from typing import Any

import pytest

from blocks.sdk import BlockError
from blocks.sdk.limits import LARGEST_TEXT
from blocks.sdk.template_limits import Budget, TemplateTooCostly
from blocks.sdk.templates import render
from tests.support.blocks import emitted


def shortly(template: str) -> str:
    return template[:50]


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("", {}, ""),
        ("Hi {{ name }}!", {"name": "Ada"}, "Hi Ada!"),
        ("[{{ missing }}]", {}, "[]"),
        ("{{ d.key }}{{ d['key'] }}{{ d.nothing }}", {"d": {"key": 1}}, "11"),
        ("{{ x }} {{ y }} {{ z }}", {"x": None, "y": True, "z": [1]}, "None True [1]"),
        ("{{ name }}", {"name": "{{ 7 * 7 }}"}, "{{ 7 * 7 }}"),
        ("{% for x in l %}{{ loop.index }}/{{ loop.length }}{{ x }} {% endfor %}", {"l": "ab"},
         "1/2a 2/2b "),
        ("{% for x in l %}{% else %}none{% endfor %}", {"l": []}, "none"),
        ("{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", {"d": {"a": 1}}, "a=1;"),
        ("{% for x in t recursive %}{{ x.n }}{{ loop(x.c) }}{% endfor %}",
         {"t": [{"n": 1, "c": [{"n": 2, "c": []}]}]}, "12"),
        ("{% if a > 1 %}many{% else %}few{% endif %}", {"a": 2}, "many"),
        ("{{ 'a' ~ 1 ~ x }}", {"x": [2]}, "a1[2]"),
        ("{% set x %}<{{ a }}>{% endset %}{{ x }}", {"a": 1}, "<1>"),
        ("{% macro b(x) %}*{{ x }}*{% endmacro %}{{ b('a') }}", {}, "*a*"),
        ("{{ l | join(', ') }} {{ l | map('upper') | first }}", {"l": ["a", "b"]}, "a, b A"),
        ("{{ l | batch(2) }}", {"l": [1, 2, 3]}, "[[1, 2], [3]]"),
        ("{{ l | slice(slices=2, fill_with=0) }}", {"l": [1, 2, 3]}, "[[1, 2], [3, 0]]"),
        ("{{ 3.14159 | format('%.2f') }} {{ '%.1f' | format(2) }}", {}, "3.14 2.0"),
        ("{{ '2.5' | format('%d') }} {{ '%(a)s' | format(a=1) }} {{ 5 | format }}", {}, "2 1 5"),
        ("{{ '%03d' % 7 }} {{ '{:>3}|{x}'.format(7, x=1) }}", {}, "007   7|1"),
        ("{{ 2 ** 10 }} {{ 7 // 2 }} {{ 'ab' * 2 }} {{ [1] + [2] }}", {}, "1024 3 abab [1, 2]"),
        ("{{ 'a-b'.split('-') }} {{ 'a'.center(3) }}|", {}, "['a', 'b']  a |"),
        ("𝄞 {{ 'é' }} \u202e", {}, "𝄞 é \u202e"),
    ],
)  # fmt: skip
def test_template_is_filled(template: str, values: dict[str, Any], expected: str) -> None:
    assert render(template, values) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("<b>{{ x }}</b>", "<b>&lt;i&gt; &amp; &#34;</b>"),
        ("{{ x | safe }}", '<i> & "'),
        ("{{ 'a' ~ x }}", "a&lt;i&gt; &amp; &#34;"),
        ("{% set y %}<p>{{ x }}</p>{% endset %}{{ y }}", "<p>&lt;i&gt; &amp; &#34;</p>"),
    ],
)
def test_html_in_values_is_escaped_on_request(template: str, expected: str) -> None:
    assert render(template, {"x": '<i> & "'}, escape_html=True) == expected


def test_html_is_left_alone_otherwise() -> None:
    assert render("{{ x }} {{ x | safe }}", {"x": "<&>"}) == "<&> <&>"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ().__class__.__bases__[0].__subclasses__() }}",
        "{{ x.__init__.__globals__ }}",
        "{{ ''['__class__']['__mro__'] }}",
        "{{ (''|attr('__class__')).mro() }}",
        "{{ ([''] | map(attribute='__class__') | first).mro() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ '{0.__init__.__globals__}'.format(x) }}",
        "{{ x.append(1) }}",
        "{{ d.update({'a': 2}) }}",
        "{{ range(3) }}",
        "{{ dict(a=1) }}",
        "{{ lipsum() }}",
        "{{ cycler('a') }}",
        "{{ namespace(a=1) }}",
        "{{ joiner() }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ x | tojson }}",
        "{{ x | pprint }}",
        "{{ 'a' | urlize }}",
        "{{ d | xmlattr }}",
        "{{ 'a'.translate({97: 'b'}) }}",
        "{{ (1).to_bytes(3, 'big') }}",
    ],
)
def test_template_cannot_reach_out(template: str) -> None:
    x: list[int] = []
    d = {"a": 1}

    with pytest.raises(BlockError):
        render(template, {"x": x, "d": d})

    assert (x, d) == ([], {"a": 1})


@pytest.mark.parametrize(
    "template",
    [
        "{{ '{0.__class__}'.format(x) }}",
        "{{ '{x.__class__}'.format_map({'x': x}) }}",
        "{{ ''['__class__'] }}",
        "{{ self._TemplateReference__context }}",
    ],
)
def test_private_attributes_show_as_nothing(template: str) -> None:
    assert render(template, {"x": 1}) == ""


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 10**9 * 'a' }}",
        "{{ [0] * 10**9 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 'a'.center(10**9) }}",
        "{{ 'a'.zfill(10**9) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ '\t'.expandtabs(10**9) }}",
        "{{ 'a' | center(width=10**9) }}",
        "{{ 'a' | indent(10**9) }}",
        "{{ l | map('center', 10**9) | list }}",
        "{% filter center(10**9) %}a{% endfilter %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (10**9, 1) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 1 | format('%1000000000d') }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:{}}'.format(1, 10**9) }}",
        "{{ 'x' | replace('', 'y' * 10**6) | replace('y', 'z' * 10**6) }}",
        "{{ ('y' * 10**6).replace('y', 'z' * 10**6) }}",
        "{{ ('y' * 10**6).join(l * 100) }}",
        "{{ l * 100 | join('y' * 10**6) }}",
        "{{ l | map('string') | join(d='y' * 10**7) }}",
        "{{ 1.5 | round(10**9) }}",
        "{{ [1] | batch(10**9, 0) | list }}",
        "{{ [1] | batch(10**9, fill_with=0) | list }}",
        "{{ [1] | slice(10**9) | list }}",
        "{{ [[]] | sum(start=[]) }}",
        "{{ ('<!-- -->' * 10**6) | striptags }}",
        "{{ ('a' * 10**6) | wordwrap(1) }}",
        "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40,
        "{% set a = 'a' %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60,
        "{% set a = 3 %}" + "{% set a = a * a %}" * 60,
        "{% set a = 'a' %}" + "{% set a = a + a %}" * 60,
        "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% block x %}{{ self.x() }}{% endblock %}",
        "{% for a in l %}{% for b in l %}{% for c in l %}" + "x" * 100_000 + "{% endfor %}" * 3,
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
        "{{ " + "[" * 500 + "]" * 500 + " }}",
        "{{ " + "1 + " * 5_000 + "1 }}",
        "{{ ('f' * 100_000) | int(base=16) }}",
    ],
    ids=shortly,
)
def test_template_that_would_fill_the_memory_is_refused_at_once(template: str) -> None:
    started = time.monotonic()

    with pytest.raises(BlockError):
        render(template, {"l": list("abcdefghij" * 10)})

    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "template",
    [
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
        "{% set a = {} %}" + "{% set a = {1: a, 2: a} %}" * 60 + "{{ a == a }}",
        "{% set a = [[1, 1]] %}" + "{% set a = [[a | groupby(0) | list, 1]] %}" * 60,
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% for a in l %}{% for b in l %}{% for c in l %}{% for d in l %}" + "{% endfor %}" * 4,
        "{{ (l * 10) | select('in', l * 10) | list }}",
    ],
    ids=shortly,
)
def test_template_that_would_not_end_is_stopped(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blocks.sdk.templates.Budget", lambda: Budget(seconds=0.2))
    started = time.monotonic()

    with pytest.raises(TemplateTooCostly):
        render(template, {"l": list(range(3_000))})

    assert time.monotonic() - started < 10


def test_each_filling_of_a_template_has_a_budget_of_its_own() -> None:
    for number in range(5):
        assert len(render("{{ 'ab' * n }}", {"n": 5_000_000 + number})) == 10_000_000 + 2 * number


def test_output_has_a_largest_size() -> None:
    template = "{% for x in l %}" + "x" * 1024 + "{% endfor %}"

    assert len(render(template, {"l": list(range(1024))})) == 1024 * 1024
    with pytest.raises(BlockError, match="16,777,216"):
        render(template, {"l": list(range(LARGEST_TEXT // 1024 + 1))})


def test_long_loop_over_given_data_is_fine() -> None:
    assert render("{% for x in l %}{{ x }}{% endfor %}", {"l": [7] * 100_000}) == "7" * 100_000


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ x", "The template is wrong in line 1: unexpected end of template"),
        ("a\n{% if %}", "The template is wrong in line 2: Expected an expression"),
        ("{{ x | nothing }}", "No filter named 'nothing'"),
        ("{{ missing.part }}", "'missing' is undefined"),
        ("{{ 1 / 0 }}", "The template cannot be filled: division by zero"),
        ("{{ 'a' + 1 }}", "The template cannot be filled: "),
    ],
)
def test_wrong_template_says_what_is_wrong(template: str, message: str) -> None:
    with pytest.raises(BlockError) as refusal:
        render(template, {})

    assert message in str(refusal.value)


def test_block_fills_template_with_values_converted_to_an_object() -> None:
    inputs = {"values": '{"name": "Ada"}', "format": "Hi {{ name }}"}

    assert emitted("FillTextTemplateBlock", inputs) == [("output", "Hi Ada")]
