"""What the database and the models refuse."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from agents.graphs.models import (
    Agent,
    GraphVersion,
    VersionIsImmutable,
    graph_of,
    load_graphs,
)
from tests.factories.graphs import AgentFactory, GraphVersionFactory

pytestmark = pytest.mark.django_db


class TestConstraints:
    def test_a_version_number_exists_once_per_agent(self) -> None:
        version = GraphVersionFactory.create()
        with pytest.raises(IntegrityError, match="version_number_once_per_agent"):
            GraphVersionFactory.create(agent=version.agent, is_active=False)

    def test_an_agent_has_one_active_version_at_most(self) -> None:
        version = GraphVersionFactory.create()
        with pytest.raises(IntegrityError, match="version_one_active_per_agent"):
            GraphVersionFactory.create(agent=version.agent, version=2)

    def test_versions_count_from_one(self) -> None:
        with pytest.raises(IntegrityError, match="version_counts_from_one"):
            GraphVersionFactory.create(version=0)

    def test_a_sample_exists_once_per_owner(self, alice: User) -> None:
        AgentFactory.create(owner=alice, sample="calculator")
        with pytest.raises(IntegrityError, match="agent_sample_once_per_owner"):
            AgentFactory.create(owner=alice, sample="calculator")

    def test_agents_that_are_no_samples_are_not_counted(self, alice: User) -> None:
        AgentFactory.create_batch(2, owner=alice)

        assert Agent.objects.count() == 2


class TestImmutability:
    @pytest.fixture
    def version(self) -> GraphVersion:
        return GraphVersionFactory.create(name="Before")

    def name(self) -> str:
        return GraphVersion.objects.get().name

    def test_saving_a_version_again_is_refused(self, version: GraphVersion) -> None:
        version.name = "After"
        with pytest.raises(VersionIsImmutable):
            version.save()
        with pytest.raises(VersionIsImmutable):
            version.save(update_fields=["name"])
        with pytest.raises(VersionIsImmutable):
            version.save(update_fields=["is_active", "name"])

        assert self.name() == "Before"

    def test_updating_content_is_refused(self, version: GraphVersion) -> None:
        version.name = "After"
        with pytest.raises(VersionIsImmutable):
            GraphVersion.objects.filter(pk=version.pk).update(name="After")
        with pytest.raises(VersionIsImmutable), transaction.atomic():
            GraphVersion.objects.bulk_update([version], ["name"])
        with pytest.raises(VersionIsImmutable):
            version.agent.versions.update(document={})

        assert self.name() == "Before"

    def test_which_version_is_active_may_change(self, version: GraphVersion) -> None:
        version.is_active = False
        version.save(update_fields=["is_active"])
        assert GraphVersion.objects.get().is_active is False

        GraphVersion.objects.update(is_active=True)
        assert GraphVersion.objects.get().is_active is True


class TestVisibility:
    def test_people_see_their_own(self, alice: User, bob: User, charlie: User) -> None:
        version = GraphVersionFactory.create(agent__owner=alice)
        GraphVersionFactory.create(agent__owner=bob)

        assert list(GraphVersion.objects.visible_to(alice)) == [version]
        assert list(Agent.objects.visible_to(alice)) == [version.agent]
        assert not GraphVersion.objects.visible_to(charlie).exists()
        assert not Agent.objects.visible_to(charlie).exists()

    def test_nobody_sees_anything(self) -> None:
        GraphVersionFactory.create()

        assert not GraphVersion.objects.visible_to(AnonymousUser()).exists()
        assert not Agent.objects.visible_to(AnonymousUser()).exists()


class TestParsing:
    def test_a_known_graph_needs_no_query(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        version = GraphVersionFactory.create()
        with django_assert_num_queries(1):
            graph = graph_of(version.pk)
        with django_assert_num_queries(0):
            assert graph_of(version.pk) is graph
            assert version.graph is graph

    def test_a_version_without_its_document_finds_the_parsed_graph(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        graph = GraphVersionFactory.create().graph
        version = GraphVersion.objects.defer("document").get()
        with django_assert_num_queries(0):
            assert version.graph is graph

    def test_many_graphs_are_loaded_with_one_query(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        GraphVersionFactory.create_batch(3)
        versions = list(GraphVersion.objects.defer("document"))
        with django_assert_num_queries(1):
            load_graphs(versions)
        with django_assert_num_queries(0):
            load_graphs(versions)
            assert [len(version.graph.nodes) for version in versions] == [3, 3, 3]

    def test_an_unknown_version_is_an_error(self) -> None:
        with pytest.raises(GraphVersion.DoesNotExist):
            graph_of(uuid4())
