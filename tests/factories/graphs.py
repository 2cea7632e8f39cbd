"""Agents and their versions, made without the services."""

from factory.declarations import LazyFunction, SubFactory
from factory.django import DjangoModelFactory

from agents.graphs.codec import document_of
from agents.graphs.exchange import read_file
from agents.graphs.models import Agent, GraphVersion
from kernel.jsontypes import JSONObject
from tests.factories.accounts import UserFactory
from tests.support.graphs import GraphBuilder, calculator


def document(builder: GraphBuilder) -> JSONObject:
    """Return the builder's graph as a version keeps it, with the ids that the builder gave."""
    return document_of(read_file(builder.file()))


class AgentFactory(DjangoModelFactory[Agent]):
    """An agent without a version."""

    class Meta:
        model = Agent

    owner = SubFactory(UserFactory)


class GraphVersionFactory(DjangoModelFactory[GraphVersion]):
    """The calculator, at version 1; ``document=document(builder)`` for another graph."""

    class Meta:
        model = GraphVersion

    agent = SubFactory(AgentFactory)
    version = 1
    name = "Calculator"
    document = LazyFunction(lambda: document(calculator()))
