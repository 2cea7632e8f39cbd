"""What people set about agents in their library, and their folders."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from kernel.errors import NotFound
from store.library.entries import Entry
from store.library.errors import FolderExists, TooManyFolders
from store.models import Folder, LibraryAgent

MOST_FOLDERS = 100
CHANGEABLE = frozenset({"is_favorite", "is_archived", "folder", "auto_update"})


@transaction.atomic
def change(entry: Entry, **values: Any) -> LibraryAgent:
    """Return what is kept about the agent, changed: some of CHANGEABLE. Raises NotFound."""
    wrong = values.keys() - CHANGEABLE
    if wrong:
        raise TypeError(f"These cannot be set: {sorted(wrong)}")
    kept = entry.kept
    folder: Folder | None = values.get("folder")
    if folder is not None and folder.owner_id != kept.owner_id:
        raise NotFound("There is no such folder.")
    LibraryAgent.objects.bulk_create([kept], ignore_conflicts=True)  # an own agent's first
    rows = LibraryAgent.objects.select_for_update().filter(pk=kept.pk, deleted_at=None)
    found = rows.first()
    if found is None:
        raise NotFound("The agent is in your library no more.")
    for name, value in values.items():
        setattr(found, name, value)
    found.save(update_fields=[*values, "updated"])
    return found


@transaction.atomic
def make_folder(owner: User, name: str) -> Folder:
    """Return a new folder. Raises FolderExists or TooManyFolders."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)  # they are counted
    if Folder.objects.filter(owner=owner).count() >= MOST_FOLDERS:
        raise TooManyFolders
    return _saved(Folder(owner=owner, name=name.strip()))


def rename_folder(folder: Folder, name: str) -> Folder:
    """Return the folder under another name. Raises FolderExists."""
    folder.name = name.strip()
    return _saved(folder)


def folder_of(owner: Any, pk: UUID) -> Folder:
    """Return the owner's folder. Raises NotFound."""
    found = Folder.objects.filter(owner=owner, pk=pk).first()
    if found is None:
        raise NotFound(f"There is no folder `{pk}`, or it is not yours.")
    return found


def _saved(folder: Folder) -> Folder:
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError:
        raise FolderExists(f"You have a folder called “{folder.name[:60]}”.") from None
    return folder
