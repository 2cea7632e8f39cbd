"""Import APIs, let them go, and find the blocks that they became."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from audit import trail
from audit.actions import Action
from blocks.openapi import reading
from blocks.openapi.describing import described
from blocks.openapi.document import Found, operations_of
from blocks.openapi.errors import ApiNameTaken, ApiNotFound, ApiUnreachable, InvalidApi, TooManyApis
from blocks.openapi.models import LONGEST_NAME, LONGEST_SOURCE, Api, ApiOperation
from blocks.openapi.operation import is_server
from blocks.openapi.spec import block_of
from blocks.sdk import BlockSpec
from kernel.jsontypes import JSONObject, dumps

MOST_APIS = 50  # of a person
MOST_OPERATIONS = 5_000  # of one API, over all its versions
# Members of the catalogue that entries lack which were written before there were these.
LATER: JSONObject = {"webhook": None}


def fetch(url: str) -> bytes:
    """Return the document at an address, by the guarded client. Raises ApiUnreachable."""
    from dataclasses import replace

    from egress import Client, EgressError
    from egress.settings import configured

    limits = replace(configured().limits, max_bytes=reading.LARGEST, total_seconds=30)
    try:
        with Client(limits=limits) as client:
            answer = client.get(url, headers={"Accept": "application/json, application/yaml"})
    except EgressError as error:
        raise ApiUnreachable(error.message) from None
    except (TypeError, ValueError, UnicodeError) as error:
        raise ApiUnreachable(f"The address cannot be asked: {error}.") from None
    if answer.status_code != 200:
        raise ApiUnreachable(f"The address answers with status {answer.status_code}.")
    return answer.content


def add(
    owner: User, content: bytes, *, source: str = "", server_url: str = "", name: str = ""
) -> Api:
    """Return a new API of the document.

    Raises InvalidApi, ApiTooLarge, ApiNameTaken or TooManyApis; then nothing is kept.
    """
    found = _read(content, source=source, server_url=server_url, name=name)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # one at a time
        mine = Api.objects.filter(owner=owner, deleted_at=None)
        if mine.filter(name=found.title).exists():
            raise ApiNameTaken(
                f"You have an API {found.title!r}. Import the document as a new version of it, or "
                "say another name (`name`)."
            )
        if mine.count() >= MOST_APIS:
            raise TooManyApis(f"You have {MOST_APIS} APIs, the most there may be. Delete some.")
        api = Api.objects.create(
            owner=owner,
            name=found.title,
            api_version=found.version,
            source=source[:LONGEST_SOURCE],
            server_url=server_url,
            left_out=found.left_out,
        )
        _keep(api, found)
        _record(Action.API_IMPORTED, api)
    return api


def renew(
    api: Api, content: bytes, *, source: str | None = None, server_url: str | None = None
) -> Api:
    """Return the API with the document's operations; what did not change keeps its block.

    The same document again changes nothing. Raises like `add`.
    """
    server = api.server_url if server_url is None else server_url
    source = api.source if source is None else source
    found = _read(content, source=source, server_url=server, name=api.name)
    with transaction.atomic():
        locked = Api.objects.select_for_update().filter(pk=api.pk, deleted_at=None).first()
        if locked is None:
            raise ApiNotFound
        changed = _keep(locked, found)
        locked.source, locked.server_url = source[:LONGEST_SOURCE], server
        locked.api_version, locked.left_out = found.version, found.left_out
        locked.save()
        if changed:
            _record(Action.API_IMPORTED, locked)
    return locked


@transaction.atomic
def remove(api: Api) -> None:
    """Take the API's blocks out of the catalogue; graphs that have them keep them."""
    if Api.objects.filter(pk=api.pk, deleted_at=None).update(deleted_at=now()):
        _record(Action.API_DELETED, api)


def find(owner_id: Any, block_id: str) -> BlockSpec | None:
    """Return the block that an operation of the owner's APIs is; None for anybody else's."""
    found = definitions(owner_id, [block_id])
    for id, definition in found.items():
        return block_of(UUID(id), dumps(definition))
    return None


def definitions(owner_id: Any, block_ids: Collection[str]) -> dict[str, JSONObject]:
    """Return the operations of the owner's APIs among these ids of blocks."""
    ids = [id for one in block_ids if (id := _uuid(one))]
    if not ids:
        return {}
    rows = ApiOperation.objects.of(owner_id).filter(pk__in=ids)
    return {str(pk): definition for pk, definition in rows.values_list("pk", "definition")}


def entries(user: Any) -> list[JSONObject]:
    """Return what the user's catalogue says of the blocks of the user's APIs, by API and path.

    Those that a newer version put aside are among them, and say so: graphs may still have them.
    """
    rows = ApiOperation.objects.offered_to(user).order_by("api__name", "key", "since")
    return [
        {**LATER, **entry} if is_current else {**LATER, **entry, "superseded": True}
        for entry, is_current in rows.values_list("entry", "is_current")
    ]


def entry(user: Any, block_id: str) -> JSONObject | None:
    """Return what the catalogue says of one block of the user's APIs, deleted ones too."""
    id = _uuid(block_id)
    if id is None:
        return None
    rows = ApiOperation.objects.of(user.pk).filter(pk=id)
    found: JSONObject | None = rows.values_list("entry", flat=True).first()
    return None if found is None else {**LATER, **found}


def origin(user: Any, block_id: Any) -> tuple[Api, bool] | None:
    """Return the API that the user's block came with, and whether it is one of its present blocks."""
    rows = ApiOperation.objects.of(user.pk).filter(pk=block_id).select_related("api")
    row = rows.only("is_current", "api").first()
    if row is None:
        return None
    return row.api, row.is_current and row.api.deleted_at is None


def _read(content: bytes, *, source: str, server_url: str, name: str) -> Found:
    if server_url and not is_server(server_url):
        raise InvalidApi("`server_url` is no address such as `https://api.example.org/v1`.")
    document = reading.read(content)
    return operations_of(
        document, source=source, server=server_url, name=" ".join(name.split())[:LONGEST_NAME]
    )


def _keep(api: Api, found: Found) -> bool:
    """Make the found operations the API's current ones; return whether anything changed."""
    known = {(row.key, row.digest): row for row in api.operations.defer("entry", "definition")}
    wanted: dict[tuple[str, str], JSONObject] = {}
    for operation in found.operations:
        definition = operation.as_json()
        digest = sha256(dumps(definition).encode()).hexdigest()
        wanted[operation.key, digest] = definition
    current = {key for key, row in known.items() if row.is_current}
    if current == wanted.keys():
        return False
    if current:
        api.version += 1
    new = [key for key in wanted if key not in known]
    if len(known) + len(new) > MOST_OPERATIONS:
        raise TooManyApis(
            f"The versions of this API have {len(known) + len(new):,} operations; "
            f"{MOST_OPERATIONS:,} are allowed. Import it under another name."
        )
    api.operations.filter(is_current=True).update(is_current=False)
    back = [row.pk for key, row in known.items() if key in wanted]
    api.operations.filter(pk__in=back).update(is_current=True)
    made = [
        ApiOperation(
            api=api, key=key, digest=digest, definition=wanted[key, digest], since=api.version
        )
        for key, digest in new
    ]
    for row in made:
        row.entry = described(block_of(row.pk, dumps(row.definition)), api.name)
    ApiOperation.objects.bulk_create(made)
    return True


def _record(action: Action, api: Api) -> None:
    trail.record(action, owner=api.owner_id, thing=api, details={"version": api.version})


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
