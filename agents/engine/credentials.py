"""Which credentials a graph needs, and how the ones that a run is given reach its nodes.

A credentials pin holds a reference, ``{id, provider, type, title}``, which its author chose or a run
is given. The pins of all nodes are grouped by the providers and the types that they take, once
the node's own values have decided what they decide (a model's provider, a URL's host). Each group is
one input of the run, named after it: ``openai_api_key_credentials``. What a run is given for it goes to
all pins of the group.

Pins that a link feeds are not asked for, nor those of disabled nodes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from agents.engine import pins
from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId, PinName
from blocks.sdk.credentials import CredentialPin, Kind, credentials_pins

ENDING = "credentials"  # of the pins' names
JSONSchema: TypeAlias = dict[str, Any]
Reference: TypeAlias = Mapping[str, Any]
MEMBERS = ("id", "provider", "type")


def may_be_named(data: Mapping[str, Any]) -> bool:
    """Return whether a node with this data may use a credential."""
    return any(pin.endswith(ENDING) for pin in data)


def may_be_used(node: Node, data: Mapping[str, Any]) -> bool:
    """Return whether a node may use a credential: its data names one, or its run may."""
    return may_be_named(data) or bool(pins_of(node))


def named_in(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (id, title) of each credential that a node's data names."""
    for pin, value in data.items():
        if pin.endswith(ENDING) and isinstance(value, dict):
            id, title = value.get("id"), value.get("title")
            if isinstance(id, str) and id:
                yield id, title if isinstance(title, str) and title else id


@dataclass(frozen=True)
class Need:
    """What one pin of a node needs."""

    node: Node
    pin: PinName
    providers: frozenset[str]
    kinds: frozenset[Kind]
    scopes: frozenset[str]
    host: str
    """The host that it is for, where the node says it; else empty."""
    required: bool

    @property
    def key(self) -> str:
        """Return the name of the run's input that it belongs to."""
        names = sorted({*self.providers, *([self.host] if self.host else [])})
        return "_".join([*names, *sorted(self.kinds), ENDING])

    @property
    def chosen(self) -> Reference | None:
        """Return what the node's author chose."""
        return reference(self.node.input_default.get(self.pin))


@dataclass(frozen=True)
class Group:
    """Pins that one credential serves."""

    key: str
    needs: tuple[Need, ...]

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(scope for need in self.needs for scope in need.scopes)

    def default(self, known: Collection[str] | None) -> Reference | None:
        """Return what all of its pins' authors chose, if that is the same and it is known."""
        ids = {str(need.chosen["id"]) if need.chosen else "" for need in self.needs}
        if len(ids) != 1 or (known is not None and not ids <= set(known)):
            return None
        return self.needs[0].chosen

    def is_required(self, known: Collection[str] | None) -> bool:
        """Return whether a run must be given a credential for it."""
        return any(
            need.required
            and not (need.chosen and (known is None or str(need.chosen["id"]) in known))
            for need in self.needs
        )


def reference(value: Any) -> Reference | None:
    """Return the value where it names a credential; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    has_all = all(isinstance(value.get(name), str) and value[name] for name in MEMBERS)
    return value if has_all else None


def pins_of(node: Node) -> Mapping[PinName, CredentialPin]:
    """Return the node's credentials pins."""
    return credentials_pins(node.block.inputs) if node.block else {}


@lru_cache(maxsize=16)
def needs(graph: Graph) -> tuple[Need, ...]:
    """Return what the nodes of a graph need, in their order."""
    return tuple(_needs(graph))


def need_of(node: Node, pin: PinName, data: Mapping[str, Any]) -> Need:
    """Return what a pin of a node needs whose inputs are these. Raises KeyError for other pins."""
    return _need(node, pin, pins_of(node)[pin], data)


def groups(found: Iterable[Need]) -> dict[str, Group]:
    """Return the needs by the run's inputs that they belong to."""
    members: dict[str, list[Need]] = {}
    for need in found:
        members.setdefault(need.key, []).append(need)
    return {key: Group(key, tuple(some)) for key, some in members.items()}


def input_schema(found: Iterable[Need], known: Collection[str] | None = None) -> JSONSchema:
    """Return the JSON Schema of the credentials that a run is given, by input name.

    ``known`` are the ids that whoever runs it has; what authors chose of others is asked for. None
    knows all.
    """
    all_of_them = groups(found)
    return {
        "type": "object",
        "properties": {key: _property(group, known) for key, group in all_of_them.items()},
        "required": [key for key, group in all_of_them.items() if group.is_required(known)],
    }


def spread(graph: Graph, given: Mapping[str, Reference]) -> dict[NodeId, dict[str, Any]]:
    """Return what is given, by node and pin."""
    masks: dict[NodeId, dict[str, Any]] = {}
    for need in needs(graph):
        if need.key in given:
            masks.setdefault(need.node.id, {})[need.pin] = dict(given[need.key])
    return masks


def _needs(graph: Graph) -> Iterator[Need]:
    for node in graph.nodes.values():
        declared = pins_of(node)
        if not declared or node.pinned is not None:
            continue
        linked = {pins.base(name) for name in graph.linked_pins(node.id)}
        values = {name: value for name, value in node.input_default.items() if name not in linked}
        for pin, asked in declared.items():
            if pin not in linked:
                yield _need(node, pin, asked, values, is_linked=asked.discriminator in linked)


def _need(
    node: Node,
    pin: PinName,
    asked: CredentialPin,
    values: Mapping[str, Any],
    *,
    is_linked: bool = False,
) -> Need:
    value = None if is_linked else _discriminator(node, asked, values)
    providers = asked.providers_for(value)
    return Need(
        node=node,
        pin=pin,
        providers=frozenset(providers),
        kinds=frozenset(asked.kinds),
        scopes=frozenset(asked.scopes),
        host=asked.host_for(value),
        required=asked.required and not set(providers) <= set(asked.keyless),
    )


def _discriminator(node: Node, asked: CredentialPin, values: Mapping[str, Any]) -> Any:
    """Return the value that decides, of the node or its block; None where there is none."""
    if asked.discriminator is None or node.block is None:
        return None
    if values.get(asked.discriminator) is not None:
        return values[asked.discriminator]
    field = node.block.inputs.pins().get(asked.discriminator)
    return None if field is None or field.is_required() else field.get_default()


def _property(group: Group, known: Collection[str] | None) -> JSONSchema:
    first = group.needs[0]
    hosts = sorted({need.host for need in group.needs if need.host})
    found: JSONSchema = {
        "type": "object",
        "title": _title(first),
        "credentials_provider": sorted(first.providers),
        "credentials_types": sorted(first.kinds),
        "credentials_scopes": sorted(group.scopes),
        "nodes": [{"node_id": need.node.id, "pin": need.pin} for need in group.needs],
        "properties": {
            "id": {"type": "string"},
            "provider": {"type": "string", "enum": sorted(first.providers)},
            "type": {"type": "string", "enum": sorted(first.kinds)},
            "title": {"type": "string"},
        },
        "required": list(MEMBERS),
    }
    found |= {"discriminator_values": hosts} if hosts else {}
    chosen = group.default(known)
    return found | ({"default": dict(chosen)} if chosen else {})


def _title(need: Need) -> str:
    return " or ".join(sorted(need.providers)) + (f" for {need.host}" if need.host else "")
