"""What a conversation says of calls: in OpenAI's form, and in Anthropic's."""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.jsontypes import NotJSON, loads
from llm.answers import Message, ToolCall


def pending_calls(messages: Iterable[Any]) -> list[ToolCall]:
    """Return the calls that nobody has answered yet, in order."""
    pending: dict[str, ToolCall] = {}
    for one in messages:
        if isinstance(one, Mapping):
            pending |= {call.id: call for call in calls_in(one)}
            for id in _answered(one):
                pending.pop(id, None)
    return list(pending.values())


def calls_in(message: Message) -> list[ToolCall]:
    """Return what a message of the model asks for."""
    called = message.get("tool_calls")
    found = (
        [_call(one) for one in called if isinstance(one, Mapping)]
        if isinstance(called, list)
        else []
    )
    return [
        *found,
        *(
            ToolCall(str(one.get("id")), str(one.get("name")), arguments(one.get("input")))
            for one in blocks_of(message)
            if one.get("type") == "tool_use"
        ),
    ]


def arguments(given: Any) -> dict[str, Any]:
    """Return the arguments of a call; none where a model wrote what cannot be read."""
    if isinstance(given, str):
        try:
            given = loads(given or "{}")
        except NotJSON:
            return {}
    return dict(given) if isinstance(given, Mapping) else {}


def blocks_of(message: Message) -> list[Mapping[str, Any]]:
    """Return the parts of a message whose content is a list of such."""
    content = message.get("content")
    if not isinstance(content, list):
        return []
    return [block for block in content if isinstance(block, Mapping)]


def _call(one: Mapping[str, Any]) -> ToolCall:
    function = one.get("function")
    named: Mapping[str, Any] = function if isinstance(function, Mapping) else {}
    return ToolCall(str(one.get("id")), str(named.get("name")), arguments(named.get("arguments")))


def _answered(message: Message) -> list[str]:
    found = [str(message.get("tool_call_id"))] if message.get("role") == "tool" else []
    results = (one for one in blocks_of(message) if one.get("type") == "tool_result")
    return [*found, *(str(one.get("tool_use_id")) for one in results)]
