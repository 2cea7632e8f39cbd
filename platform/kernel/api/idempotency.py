"""``Idempotency-Key``, for views that make something."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.idempotency import KeyedRequest

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}


def parameter(makes: str, thing: str) -> OpenApiParameter:
    """Return the header's description: "only the first makes a graph; the others answer with…"."""
    return OpenApiParameter(
        HEADER,
        location=OpenApiParameter.HEADER,
        description=f"Of requests with the same key and the same body, only the first {makes}; "
        f"the others answer with {thing}, and the header `Idempotency-Replayed: true`. "
        "1 to 255 visible ASCII characters.",
    )


def keyed_request(request: Request) -> KeyedRequest | None:
    """Return the request with its key; None where it has none. Raises InvalidIdempotencyKey."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    path = f"{request.path.rstrip('/')}/"  # both spellings are one endpoint
    return KeyedRequest.of(key, str(request.method), path, body=request.data)
