"""What the caller used of which limit."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.access import SIGNED_IN
from quotas.api.serializers import UsageSerializer
from quotas.counting import standing
from quotas.runs import standing_of


class UsageView(APIView):
    """Says how much of each limit is used, and when it opens again."""

    access = {"get": SIGNED_IN}

    @extend_schema(responses={200: UsageSerializer})
    def get(self, request: Request) -> Response:
        """See what you used of which limit: runs, storage, and requests of the last seconds."""
        used = standing_of(request.user)
        rates = standing(request._request)
        answer = {"runs": used.runs, "storage": used.storage, "rates": rates}
        return Response(UsageSerializer(answer).data)
