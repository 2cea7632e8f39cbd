"""Which credentials a run uses: what it was given for its inputs, and what its authors chose.

Everything is looked at before the run begins, also in the agents that it runs. What it keeps are
references; the secrets are read when a block asks for one (`keyring`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.engine import credentials as needs
from agents.engine.credentials import Reference
from agents.engine.errors import InvalidInputs
from agents.engine.graph import Graph
from agents.graphs import wanting
from agents.graphs.models import GraphVersion
from credentials.errors import CredentialExpired, ReconnectNeeded
from credentials.hosts import covers
from credentials.models import Credential
from credentials.services import check_standing
from kernel.errors import Detail

Given = Mapping[str, Any]
Masks = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """What a run is given: masks for its own nodes, and references for the agents that it runs."""

    masks: dict[str, dict[str, Any]]
    inputs: dict[str, Any]


def chosen(
    owner_id: Any, version: GraphVersion, given: Given, masks: Masks | None = None
) -> Chosen:
    """Return what this person's run of the version uses. ``masks`` are values on pins besides.

    Raises InvalidInputs with every credential that is missing or cannot be used, by node and pin.
    """
    graph = version.graph
    wanted = list(wanting.needs(graph, version.owner_id, owner_id))
    if not wanted and not given:
        return Chosen(_plain(masks), {})
    references = {key: needs.reference(value) for key, value in given.items()}
    problems = list(_unreadable(references, wanted))
    usable = {key: one for key, one in references.items() if one is not None}
    own = _plain(masks)
    asked = [(place, _of(place, usable, own)) for place in wanted]
    known = _known(owner_id, [one for _, one in asked if one is not None])
    for place, one in asked:
        problems += _problems(place, one, known)
    if problems:
        raise InvalidInputs(errors=_once(problems))
    kept = {key: _as_kept(one, known) for key, one in usable.items()}
    merged = passed_on(graph, kept, is_lent=version.owner_id != owner_id)
    for node, mask in own.items():
        merged[node] = {**merged.get(node, {}), **mask}
    return Chosen(merged, kept)


def passed_on(
    graph: Graph, inputs: Mapping[str, Any], *, is_lent: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the masks that give the graph's nodes what its run, or the run above it, was given.

    In a graph that is lent they also take away what its author chose.
    """
    masks: dict[str, dict[str, Any]] = {}
    if is_lent:
        for need in needs.needs(graph):
            if need.chosen:
                masks.setdefault(str(need.node.id), {})[need.pin] = None
    for node, mask in needs.spread(graph, inputs).items():
        masks.setdefault(str(node), {}).update(mask)
    return masks


def _plain(masks: Masks | None) -> dict[str, dict[str, Any]]:
    return {node: dict(mask) for node, mask in (masks or {}).items()}


def _of(
    place: wanting.Place, given: Mapping[str, Reference], masks: Mapping[str, dict[str, Any]]
) -> Reference | None:
    """Return what a pin gets: of a mask, of what the run was given, or what its author chose."""
    need = place.need
    own = masks.get(need.node.id, {}).get(need.pin) if place.is_own else None
    return needs.reference(own) or given.get(need.key) or place.chosen


def _known(owner_id: Any, asked: Iterable[Reference]) -> dict[str, Credential]:
    ids = {id for one in asked if (id := _uuid(one["id"])) is not None}
    if not ids:
        return {}
    return {str(row.pk): row for row in Credential.objects.of(owner_id).filter(pk__in=ids)}


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _as_kept(one: Reference, known: Mapping[str, Credential]) -> dict[str, Any]:
    """Return the reference with what the row says, and nothing else that somebody sent."""
    row = known[str(_uuid(one["id"]))]
    return {"id": str(row.pk), "provider": row.provider, "type": row.kind, "title": row.title}


def _unreadable(
    given: Mapping[str, Reference | None], wanted: Iterable[wanting.Place]
) -> Iterator[Detail]:
    keys = {place.need.key for place in wanted}
    for key, one in given.items():
        if key not in keys:
            listed = ", ".join(f"`{name}`" for name in sorted(keys)) or "none"
            yield Detail(
                "unknown_credentials_input",
                f"The agent has no credentials input {key[:100]!r}. It has {listed}.",
                attr=f"credentials_inputs.{key[:100]}",
            )
        elif one is None:
            yield Detail(
                "invalid_credentials_input",
                f'Name a credential for `{key}` as {{"id": "…", "provider": "…", "type": "…"}}.',
                attr=f"credentials_inputs.{key}",
            )


def _problems(
    place: wanting.Place, one: Reference | None, known: Mapping[str, Credential]
) -> Iterator[Detail]:
    need = place.need
    if one is None:
        if need.required:
            yield place.problem(
                "credentials_required",
                f"needs a credential of {_either(need.providers)}. Choose one in the node, or "
                f"give the run one as `{need.key}`.",
            )
        return
    row = known.get(str(_uuid(one["id"])))
    if row is None:
        yield place.problem(
            "unknown_credentials",
            f"names the credential {str(one['id'])[:60]!r}, which does not exist or is not yours. "
            f"Choose another one, or give the run one as `{need.key}`.",
        )
        return
    yield from _unfit(place, row)


def _unfit(place: wanting.Place, row: Credential) -> Iterator[Detail]:
    need = place.need
    if row.provider not in need.providers or row.kind not in need.kinds:
        yield place.problem(
            "credentials_mismatch",
            f"takes {_either(need.kinds)} of {_either(need.providers)}, and {row.title!r} is "
            f"{row.kind} of {row.provider}. Choose another one.",
        )
        return
    lacks = need.scopes - set(row.scopes) if row.kind == "oauth2" else frozenset()
    if lacks:
        yield place.problem(
            "credentials_lack_scopes",
            f"needs the scopes {', '.join(sorted(lacks))}, which {row.title!r} does not have. "
            "Connect it again with them.",
        )
    if need.host and row.host and not _covers(row.host, need.host):
        yield place.problem(
            "credentials_wrong_host",
            f"is about {need.host!r}, and {row.title!r} is for {row.host!r}. Choose another one.",
        )
    try:
        check_standing(row)
    except (CredentialExpired, ReconnectNeeded) as error:
        yield place.problem(error.code, f"cannot be used: {error.message}")


def _covers(host: str, needed: str) -> bool:
    return covers(host, needed if ":" in needed else f"https://{needed}")


def _either(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _once(problems: Iterable[Detail]) -> list[Detail]:
    """Return each problem once: agents may be run by several nodes."""
    return list(dict.fromkeys(problems))
