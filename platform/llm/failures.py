"""What went wrong in a model library, as an error of ours.

No sentence has more of the provider's answer than its own message, shortened; secrets are taken out
where errors are written down (`telemetry.redaction`).
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelQuotaExceededError,
    UnexpectedModelBehavior,
    UserError,
)

from egress import EgressError
from llm.errors import (
    ModelAnswerUnreadable,
    ModelCredentialsRefused,
    ModelError,
    ModelNotFound,
    ModelOverloaded,
    ModelPromptTooLong,
    ModelQuotaUsedUp,
    ModelRateLimited,
    ModelRefused,
)
from llm.routes import Route

LONGEST = 500  # characters of what a provider says
SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
LIMITS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
)
"""How much is left, and when there is more: OpenAI, Groq and others; Anthropic."""
STUMBLES = (AttributeError, TypeError, LookupError, AssertionError)
"""What the libraries raise where an answer is JSON, though not of the form that they take for granted."""

logger = logging.getLogger(__name__)


def of(error: Exception, route: Route) -> Exception:
    """Return what to raise for an error of the library's."""
    if (found := _egress(error)) is not None:
        return found
    if isinstance(error, ModelError):
        return error
    who = route.place
    if isinstance(error, ModelHTTPError):
        return _by_status(error, route)
    if isinstance(error, ModelAPIError):
        return ModelOverloaded(f"{_upper(who)} broke off: {_short(error.message)}")
    if isinstance(error, UnexpectedModelBehavior | UserError | ValueError):
        return _unreadable(route, _short(str(error)))
    if isinstance(error, STUMBLES):
        logger.warning("A model library stumbled over an answer of %s", who, exc_info=error)
        return _unreadable(route, "it is not made as it should be")
    return error


def _unreadable(route: Route, why: str) -> ModelAnswerUnreadable:
    return ModelAnswerUnreadable(f"{_upper(route.place)} gave an answer that cannot be read: {why}")


def _by_status(error: ModelHTTPError, route: Route) -> ModelError:
    who, status, said = _upper(route.place), error.status_code, message_of(error.body)
    because = f": {said}" if said else "."
    if isinstance(error, ModelQuotaExceededError) or status == 402:
        return ModelQuotaUsedUp(f"The account at {route.place} has nothing left{because}")
    if isinstance(error, ModelContextWindowExceededError) or status == 413:
        return ModelPromptTooLong(f"The prompt is longer than {route.model!r} can read{because}")
    if status in (401, 403):
        return ModelCredentialsRefused(
            f"{who} does not take the key (status {status}). Choose another credential, or put a new key"
            f" into this one{because}"
            if route.secrets
            else f"{who} wants a key (status {status}). Choose a credential of it{because}"
        )
    if status == 404:
        return ModelNotFound(
            f"{who} has no model {route.model!r}. Name one that it has"
            + (
                ", or an operator sets TRELLIS_MODEL (TRELLIS_EMBEDDING_MODEL)"
                if route.is_instance
                else ""
            )
            + because
        )
    if status == 429:
        return ModelRateLimited(
            f"{who} was asked too much in a short time{because}",
            retry_after=wait_of(error.retry_after, error.headers or {}),
        )
    if status in (408, 409, 425) or status >= 500:
        return ModelOverloaded(
            f"{who} cannot answer now (status {status}){because}",
            retry_after=wait_of(error.retry_after, error.headers or {}),
        )
    return ModelRefused(f"{who} does not answer this request (status {status}){because}")


def wait_of(said: float | None, headers: Mapping[str, str]) -> float | None:
    """Return after how many seconds a provider wants to be asked again, if it says so.

    `Retry-After`, or else when the limits that are used up open again.
    """
    if said is not None:
        return max(said, 0.0)
    waits = [
        seconds
        for left, reset in LIMITS
        if headers.get(left, "0").strip() == "0" and (seconds := _seconds(headers.get(reset, "")))
    ]
    return max(waits, default=None)


def message_of(body: Any) -> str:
    """Return what a provider's error says: its message, and nothing else of the answer."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        body = inner.get("message", "") if isinstance(inner, Mapping) else inner
    return _short(body) if isinstance(body, str) else ""


def _seconds(text: str) -> float | None:
    text = text.strip()
    if match := SPAN.fullmatch(text):
        hours, minutes, seconds, thousandths = (float(one or 0) for one in match.groups())
        return hours * 3600 + minutes * 60 + seconds + thousandths / 1000 or None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) or None


def _egress(error: BaseException) -> EgressError | None:
    """Return our guard's error, which a library may have wrapped."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        if isinstance(at, EgressError):
            return at
        seen.add(id(at))
        at = at.__cause__ or at.__context__
    return None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
