"""What all addresses of the market share: nobody is asked who they are, and answers are kept."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.access import ANYONE
from kernel.errors import NotFound
from market.public import conditional
from store.models import Listing, ListingVersion


class PublicView(APIView):
    """Answers everybody the same: credentials are not even looked at."""

    access = {"get": ANYONE}
    authentication_classes = ()

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Return the answer with its ETag, or 304."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        whole: Any = answer.render() if isinstance(answer, Response) else answer
        made: Any = conditional(getattr(request, "_request", request), whole)
        return made  # type: ignore[no-any-return]


def pictured(rows: Any) -> Any:
    """Return the listings with their first pictures and their creators', in a query for each kind."""
    return rows.select_related("owner__avatar").prefetch_related(
        "active_version__shown_pictures__picture"
    )


def found_listing(rows: Any) -> Listing:
    """Return the one row. Raises NotFound where nobody may see it, or it is not there: all the same."""
    found: Listing | None = rows.first()
    if found is None:
        raise NotFound("There is no such agent in the store.")
    return found


def found_version(**wanted: Any) -> ListingVersion:
    """Return a public version. Raises NotFound."""
    rows = ListingVersion.objects.public().filter(**wanted)
    rows = rows.select_related("listing__owner", "graph_version__agent")
    found = rows.first()
    if found is None:
        raise NotFound("There is no such version of an agent in the store.")
    return found
