"""Ask a model. This is what brings pydantic-ai in: import it where a model is asked, not before."""

import logging
from decimal import Decimal

from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from llm import clients, failures
from llm.answers import Answer, Listener, Question, Tool, ToolCall, Usage
from llm.errors import ModelAnswerUnreadable, ModelError, ModelRefused
from llm.history import arguments
from llm.messages import to_library
from llm.prices import cents
from llm.routes import Route
from llm.wire import way_to

MOST_TOOLS = 128

logger = logging.getLogger(__name__)


def silent(piece: str) -> None:
    """Tell nobody."""


async def ask(
    question: Question, route: Route, *, seconds: float, listener: Listener = silent
) -> Answer:
    """Return the model's answer, whose pieces the listener hears as they come.

    Raises ModelError, or EgressError where the host cannot be asked.
    """
    messages = to_library(question.messages)
    if len(question.tools) > MOST_TOOLS:
        raise ModelRefused(f"{len(question.tools)} tools are too many; {MOST_TOOLS} is the most.")
    model = clients.model(route.protocol, route.base_url, route.model)
    try:
        async with (
            way_to(route, seconds),
            model_request_stream(
                model,
                messages,
                model_settings=_settings(question, route),
                model_request_parameters=_parameters(question, route),
                instrument=False,
            ) as stream,
        ):
            async for event in stream:
                match event:
                    case PartStartEvent(part=TextPart(content=piece)) if piece:
                        listener(piece)
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=piece)) if piece:
                        listener(piece)
            return answer_of(stream.get(), route)
    except Exception as error:
        found = failures.of(error, route)
        if found is error:
            raise
        raise found from None


def answer_of(response: ModelResponse, route: Route) -> Answer:
    """Return what was said. Raises ModelAnswerUnreadable where that is nothing at all."""
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    calls = [
        ToolCall(call.tool_call_id, call.tool_name, arguments(call.args))
        for call in response.tool_calls
    ]
    if not text and not calls:
        raise _empty(response, route)
    return Answer(
        text=text,
        calls=calls,
        usage=usage_of(response, route),
        provider=route.provider,
        model=route.model,
        cut_off=response.finish_reason == "length",
    )


def _empty(response: ModelResponse, route: Route) -> ModelError:
    if response.finish_reason == "content_filter":
        return ModelRefused(f"The answer of {route.model!r} was filtered out.")
    if response.finish_reason == "length":
        return ModelAnswerUnreadable(
            f"{route.model!r} used up its tokens before the first word. Raise `max_tokens`."
        )
    return ModelAnswerUnreadable(f"{route.model!r} ended its answer without a word.")


def usage_of(response: ModelResponse, route: Route) -> Usage:
    """Return what the answer used, by the provider's own count and the list of prices."""
    used = response.usage
    return Usage(1, used.input_tokens, used.output_tokens, _cents(response, route))


def _cents(response: ModelResponse, route: Route) -> Decimal | None:
    return cents(
        route.provider, route.model, response.usage.input_tokens, response.usage.output_tokens
    )


def _settings(question: Question, route: Route) -> ModelSettings:
    settings = ModelSettings()
    if question.max_tokens is not None:
        settings["max_tokens"] = question.max_tokens
    if question.tools and question.parallel_tools is not None:
        settings["parallel_tool_calls"] = question.parallel_tools
    if question.json and route.protocol == "openai":
        settings["extra_body"] = {"response_format": {"type": "json_object"}}
    return settings


def _parameters(question: Question, route: Route) -> ModelRequestParameters:
    tools = [_tool(one) for one in question.tools]
    if question.json and route.protocol == "google" and not tools:
        return ModelRequestParameters(
            output_mode="native",
            output_object=OutputObjectDefinition(json_schema={"type": "object"}),
        )
    return ModelRequestParameters(function_tools=tools)


def _tool(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name, description=tool.description, parameters_json_schema=dict(tool.parameters)
    )
