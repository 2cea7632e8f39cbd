"""Conversations as blocks write them, and as pydantic-ai does."""

import json
from collections.abc import Iterator, Mapping, Sequence

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

from kernel.jsontypes import dumps
from llm.answers import Message
from llm.errors import ModelRefused
from llm.history import blocks_of, calls_in


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
    for block in blocks_of(message):
        if block.get("type") == "tool_result":
            id = str(block.get("tool_use_id"))
            content = block.get("content")
            yield ToolReturnPart(
                tool_name=names.get(id, "tool"),
                content=content if isinstance(content, str) else dumps(content),
                tool_call_id=id,
            )
    if text or not blocks_of(message):
        yield UserPromptPart(text)


def _text(message: Message) -> str:
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [block.get("text") for block in blocks_of(message) if block.get("type") == "text"]
        return "\n".join(text for text in texts if isinstance(text, str))
    return dumps(content)
