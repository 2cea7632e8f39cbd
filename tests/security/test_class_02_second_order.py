"""Class 2: data that is taken for a template at a later node.

That templates themselves are harmless (class 1) is in tests/unit/blocks/test_templates.py.
"""

import pytest

from accounts.models import User
from agents.executions.models import Emission
from tests.support.graphs import GraphBuilder
from tests.support.runs import run

pytestmark = pytest.mark.django_db(transaction=True)

INERT = [
    "{{ 7 * 7 }}",
    "{% for x in 'ab' %}{{ x }}{% endfor %}",
    "{0.__class__}",
    "${7*7}",
    "%(x)s",
]


@pytest.mark.parametrize("value", INERT)
def test_a_value_that_looks_like_a_template_stays_what_it_is(alice: User, value: str) -> None:
    graph = GraphBuilder("Twice filled")
    first = graph.node("FillTextTemplateBlock", format="{{ said }}")
    second = graph.node("FillTextTemplateBlock", format="{{ said }}")
    graph.link(graph.input("in"), "result", first, "values_#_said")
    graph.link(first, "output", second, "values_#_said")
    graph.link(second, "output", graph.output("out"), "value")

    execution = run(alice, graph, **{"in": value})

    assert execution.status == "COMPLETED"
    outputs = Emission.objects.filter(node_execution__execution=execution, pin="output")
    assert [one.value for one in outputs] == [value] * len(outputs)
    assert len(outputs) >= 2
