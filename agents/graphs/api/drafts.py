"""An agent's draft: see, save, discard, publish, restore."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.people import person
from agents.graphs import drafts
from agents.graphs.api.bodies import graph_of_body
from agents.graphs.api.preconditions import revision_tag, wanted_numbers
from agents.graphs.api.serializers import CreateGraph, GraphSerializer
from agents.graphs.api.shapes import Draft, SavedDraft
from agents.graphs.drafts import EditorGraph
from agents.graphs.errors import RevisionRequired
from agents.graphs.references import LAST_VERSION
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.members import KnownMembers
from kernel.api.problems import CONTENT_TYPE

CHANGING = needs(Scope.READ_GRAPH, Scope.WRITE_GRAPH)

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    description="The draft's `ETag` as you read it; `*` for any. Without it: 428.",
)
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The draft's `ETag` as you read it; without it, any.",
)
PREFER = OpenApiParameter(
    "Prefer",
    location=OpenApiParameter.HEADER,
    description="`return=minimal` leaves the graph out of the answer.",
)
CONFLICT = {
    (412, CONTENT_TYPE): OpenApiResponse(
        {
            "allOf": [
                {"$ref": "#/components/schemas/Problem"},
                {
                    "type": "object",
                    "properties": {"draft": {"$ref": "#/components/schemas/Draft"}},
                    "required": ["draft"],
                },
            ]
        },
        description="The draft has changed since. `draft` is what it is now.",
    )
}


class RestoreSerializer(KnownMembers):
    """Which version becomes the draft."""

    version = serializers.IntegerField(min_value=1, max_value=LAST_VERSION)


class PublishedSerializer(GraphSerializer):
    """The version that the draft became, and the revision of what the editor shows now."""

    draft_revision = serializers.IntegerField(read_only=True)

    class Meta(GraphSerializer.Meta):
        fields = (*GraphSerializer.Meta.fields, "draft_revision")
        read_only_fields = fields


class DraftView(APIView):
    """The draft itself."""

    access = {"get": needs(Scope.READ_GRAPH), "put": CHANGING, "delete": CHANGING}

    @extend_schema(responses=Draft)
    def get(self, request: Request, agent_id: UUID) -> Response:
        """See the draft or, where there is none, the active version."""
        return _answer(drafts.read(person(request), agent_id))

    @extend_schema(
        parameters=[IF_MATCH, PREFER],
        request=CreateGraph,
        responses={200: SavedDraft, **CONFLICT},
    )
    def put(self, request: Request, agent_id: UUID) -> Response:
        """Save the draft, with the problems that it has; the answer lists them."""
        wanted = _if_match(request)
        graph = graph_of_body(request.data)
        saved = drafts.save(person(request), agent_id, graph, if_match=wanted)
        minimal = "return=minimal" in request.headers.get("Prefer", "").replace(" ", "")
        return _answer(saved, with_graph=not minimal)

    @extend_schema(parameters=[IF_MATCH_OPTIONAL], responses={204: None, **CONFLICT})
    def delete(self, request: Request, agent_id: UUID) -> Response:
        """Discard the draft: the editor shows the active version again."""
        wanted = wanted_numbers(request.headers.get("If-Match"))
        left = drafts.discard(person(request), agent_id, if_match=wanted)
        return Response(status=204, headers={"ETag": revision_tag(left)})


class PublishDraftView(APIView):
    """Makes a version of the draft."""

    access = {"post": CHANGING}

    @extend_schema(
        parameters=[IF_MATCH], request=None, responses={201: PublishedSerializer, **CONFLICT}
    )
    def post(self, request: Request, agent_id: UUID) -> Response:
        """Save the draft as a new version, which is active from then on."""
        version, left = drafts.publish(person(request), agent_id, if_match=_if_match(request))
        version.draft_revision = left.revision  # type: ignore[attr-defined]
        return Response(
            PublishedSerializer(version).data, status=201, headers={"ETag": revision_tag(left)}
        )


class RestoreDraftView(APIView):
    """Makes a draft of a version."""

    access = {"post": CHANGING}

    @extend_schema(
        parameters=[IF_MATCH], request=RestoreSerializer, responses={200: Draft, **CONFLICT}
    )
    def post(self, request: Request, agent_id: UUID) -> Response:
        """Make an older version's graph the draft. Publish it to make it active."""
        wanted = _if_match(request)
        asked = RestoreSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = asked.validated_data["version"]
        return _answer(drafts.restore(person(request), agent_id, version, if_match=wanted))


def _answer(draft: EditorGraph, *, with_graph: bool = True) -> Response:
    return Response(draft.as_json(with_graph=with_graph), headers={"ETag": revision_tag(draft)})


def _if_match(request: Request) -> set[int] | None:
    """Return the revisions that the request may change. Raises RevisionRequired."""
    header = request.headers.get("If-Match")
    if header is None:
        raise RevisionRequired
    return wanted_numbers(header)
