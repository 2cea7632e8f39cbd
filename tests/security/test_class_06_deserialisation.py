"""Class 6: what is read from a message, a cache, a session or the database is JSON, never code.

Blocks come from a registry that is filled at start: tests/security/test_class_04 holds the imports.
"""

import json

import pytest
from django.conf import settings
from django.core.cache import cache

from config.celery import app
from kernel.cache import JSONSerializer
from tests.support.sources import calls, imported, modules

PICKLES = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "cloudpickle"}
UNSAFE_YAML = {"yaml.load", "yaml.unsafe_load", "yaml.full_load"}


def test_no_module_reads_pickles_or_their_like() -> None:
    found = {path: imported(module) & PICKLES for path, module in modules()}

    assert {path: names for path, names in found.items() if names} == {}
    assert not any(name in UNSAFE_YAML for _, module in modules() for name, _ in calls(module))


def test_workers_take_json_only() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_the_cache_takes_a_pickle_for_the_bytes_that_it_is(servers: None) -> None:
    cache.set("one", {"a": [1, None]})
    assert cache.get("one") == {"a": [1, None]}

    kept = b"cos\nsystem\n(S'false'\ntR."  # runs a command when a pickle is read
    with pytest.raises(json.JSONDecodeError):
        JSONSerializer().loads(kept)
