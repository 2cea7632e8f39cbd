"""Keys change without a moment at which nothing can be read."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from credentials import rotation, services
from credentials.errors import CredentialUnreadable
from credentials.kinds import Kind
from credentials.models import Credential
from credentials.sealing import present_key
from launcher.cli import rotate_keys

pytestmark = pytest.mark.django_db
OLD, NEW = "old-key-of-the-instance-" * 3, "new-key-of-the-instance-" * 3


@pytest.fixture
def rows(alice: User, settings: Any) -> list[Credential]:
    """Five credentials under the former key, which still opens."""
    settings.CREDENTIALS_KEYS = [OLD]
    made = [
        services.create(
            alice, provider="openai", kind=Kind.API_KEY, title=str(n), given={"api_key": f"key-{n}"}
        )
        for n in range(5)
    ]
    settings.CREDENTIALS_KEYS = [NEW, OLD]
    return made


def keys_used() -> set[str]:
    return set(Credential.objects.values_list("key_id", flat=True))


def test_what_a_former_key_sealed_can_be_read(rows: list[Credential]) -> None:
    assert [row.secret() for row in rows] == [{"key": f"key-{n}"} for n in range(5)]
    assert rotation.count_of_former() == 5


def test_everything_is_sealed_anew_in_batches(rows: list[Credential], settings: Any) -> None:
    told: list[int] = []

    report = rotation.rotate(batch=2, progress=told.append)

    assert (report.sealed, report.left, told) == (5, [], [2, 4, 5])
    assert keys_used() == {present_key()}
    settings.CREDENTIALS_KEYS = [NEW]
    found = Credential.objects.order_by("title")
    assert [row.secret()["key"] for row in found] == [f"key-{n}" for n in range(5)]


def test_it_goes_on_where_it_was_interrupted(rows: list[Credential]) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(batch=2, progress=stop)
    assert rotation.count_of_former() == 3

    assert rotation.rotate(batch=2).sealed == 3
    assert rotation.rotate().sealed == 0


def test_what_no_key_opens_is_named_and_left(rows: list[Credential], settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [NEW]

    report = rotation.rotate(batch=2)

    assert report.sealed == 0
    assert sorted(report.left) == sorted(str(row.pk) for row in rows)
    with pytest.raises(CredentialUnreadable, match="CREDENTIALS_KEY_FALLBACKS"):
        services.use(rows[0].owner_id, rows[0].pk)
    settings.CREDENTIALS_KEYS = [NEW, OLD]
    assert rotation.rotate().sealed == 5


def test_the_command_says_how_far_it_is(rows: list[Credential]) -> None:
    look = rotate_keys.carry_out(Namespace(dry_run=True, batch=2))
    do = rotate_keys.carry_out(Namespace(dry_run=False, batch=2))

    assert look == {"sealed": 0, "unreadable": 0, "left": 5}
    assert do == {"sealed": 5, "unreadable": 0, "left": 0}


@pytest.mark.parametrize(
    ("environment", "keys"),
    [
        ({}, ["made"]),
        ({"CREDENTIALS_KEY": "chosen"}, ["chosen", "made"]),
        ({"CREDENTIALS_KEY": "b", "CREDENTIALS_KEY_FALLBACKS": "a,z"}, ["b", "a", "z", "made"]),
    ],
)
def test_the_key_that_the_instance_made_goes_on_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], keys: list[str]
) -> None:
    from config.credentials import credentials_keys

    path = tmp_path / "credentials_key"
    path.write_text("made\n")
    for name in ("CREDENTIALS_KEY", "CREDENTIALS_KEY_FALLBACKS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert credentials_keys(path) == keys
