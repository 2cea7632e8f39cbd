"""Conversations as blocks write them, and as pydantic-ai does."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from kernel.jsontypes import NotJSON, dumps, loads
from llm.answers import Message, ToolCall
from llm.errors import ModelRefused


def to_library(messages: Sequence[Message]) -> list[ModelMessage]:
    """Return the conversation. Raises ModelRefused for what is no message."""
    names: dict[str, str] = {}  # of the tools, by the calls' ids
    found: list[ModelMessage] = []
    for one in messages:
        if not isinstance(one, Mapping) or not isinstance(one.get("role"), str):
            raise ModelRefused(
                'A message of the conversation must be {"role": …, "content": …}, not '
                f"{str(one)[:100]!r}."
            )
        if one["role"] == "assistant":
            found.append(ModelResponse(parts=list(_said(one, names))))
            continue
        parts = list(_asked(one, names))
        if found and isinstance(found[-1], ModelRequest):
            found[-1] = ModelRequest(parts=[*found[-1].parts, *parts])
        else:
            found.append(ModelRequest(parts=parts))
    if not found:
        raise ModelRefused("The conversation is empty. Say something in `prompt`.")
    return found


def calls_in(message: Message) -> list[ToolCall]:
    """Return what a message of the model asks for, in OpenAI's form or Anthropic's."""
    found = [_call(one) for one in message.get("tool_calls") or () if isinstance(one, Mapping)]
    used = [block for block in _blocks(message) if block.get("type") == "tool_use"]
    return [
        *found,
        *(
            ToolCall(str(one.get("id")), str(one.get("name")), arguments(one.get("input")))
            for one in used
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


def _call(one: Mapping[str, Any]) -> ToolCall:
    function = one.get("function")
    named: Mapping[str, Any] = function if isinstance(function, Mapping) else {}
    return ToolCall(str(one.get("id")), str(named.get("name")), arguments(named.get("arguments")))


def _said(message: Message, names: dict[str, str]) -> Iterator[ModelResponsePart]:
    if text := _text(message):
        yield TextPart(text)
    for call in calls_in(message):
        names[call.id] = call.name
        yield ToolCallPart(
            tool_name=call.name, args=json.dumps(dict(call.arguments)), tool_call_id=call.id
        )


def _asked(message: Message, names: Mapping[str, str]) -> Iterator[ModelRequestPart]:
    role, text = message["role"], _text(message)
    if role in ("system", "developer"):
        yield SystemPromptPart(text)
        return
    if role == "tool":
        id = str(message.get("tool_call_id"))
        yield ToolReturnPart(tool_name=names.get(id, "tool"), content=text, tool_call_id=id)
        return
    for block in _blocks(message):
        if block.get("type") == "tool_result":
            id = str(block.get("tool_use_id"))
            content = block.get("content")
            yield ToolReturnPart(
                tool_name=names.get(id, "tool"),
                content=content if isinstance(content, str) else dumps(content),
                tool_call_id=id,
            )
    if text or not _blocks(message):
        yield UserPromptPart(text)


def _text(message: Message) -> str:
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [block.get("text") for block in _blocks(message) if block.get("type") == "text"]
        return "\n".join(text for text in texts if isinstance(text, str))
    return dumps(content)


def _blocks(message: Message) -> list[Mapping[str, Any]]:
    content = message.get("content")
    if not isinstance(content, list):
        return []
    return [block for block in content if isinstance(block, Mapping)]
