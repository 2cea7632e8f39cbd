"""Rates of the REST API: DRF asks once it knows who calls, and before the view does anything."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from quotas.counting import count, kind_of
from quotas.errors import RateLimited
from quotas.policy import Kind


class RateThrottle(BaseThrottle):
    """Counts each call. The headers are the middleware's, which answers for pages too."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return True. Raises RateLimited."""
        call = request._request
        fields = request.data if kind_of(call) is Kind.SIGN_INS else None
        verdict = count(call, fields if isinstance(fields, Mapping) else None)
        if verdict and not verdict.allowed:
            raise RateLimited.of(verdict)
        return True
