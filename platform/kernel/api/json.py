"""Strict JSON in and out of the API."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers, renderers

from kernel.errors import TrellisError
from kernel.jsontypes import JSONValue, NotJSON, loads


class MalformedBody(TrellisError):
    """The request's body is not JSON."""

    code = "not_json"


class JSONParser(parsers.JSONParser):
    """Reads a JSON body.

    It refuses what other parsers cannot read: NaN, bytes that are not UTF-8 (whatever charset
    the header claims: JSON has none), endless digits, and nesting that ends in a crash.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> JSONValue:
        """Return the body's value. Raises MalformedBody."""
        try:
            return loads(stream.read().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise MalformedBody(
                f"The request's body is not UTF-8 text: byte {error.start} cannot be read."
            ) from None
        except NotJSON as error:
            raise MalformedBody(str(error)) from None


class JSONRenderer(renderers.JSONRenderer):
    """Writes strict JSON with readable non-ASCII text."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:
            # Half of a surrogate pair is legal in JSON, but only when it is escaped.
            return _Escaping().render(data, accepted_media_type, renderer_context)


class _Escaping(renderers.JSONRenderer):
    ensure_ascii = True
