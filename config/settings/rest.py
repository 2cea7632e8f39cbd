"""The REST API, and its description."""

from typing import Any

from credentials.kinds import Kind as CredentialKind

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apikeys.authentication.ApiKeyAuthentication",
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["kernel.api.access.DeclaredAccess"],  # closed unless declared
    "DEFAULT_THROTTLE_CLASSES": ["quotas.throttles.RateThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.api.json.JSONParser"],
    "DEFAULT_METADATA_CLASS": "kernel.api.metadata.Metadata",
    "DEFAULT_SCHEMA_CLASS": "kernel.api.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "kernel.api.pagination.NewestFirst",
    "EXCEPTION_HANDLER": "kernel.api.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Trellis",
    "DESCRIPTION": "Make and run agents as graphs of blocks.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ListingStateEnum": "store.models.version.STATES",
        "StatusEnum": "agents.engine.states.ExecutionStatus",
        "NodeStatusEnum": "agents.engine.states.NodeStatus",
        "CredentialTypeEnum": [kind.value for kind in CredentialKind],
        "ReviewStatusEnum": "agents.executions.models.review.Review.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    # Closed groups: of so many operations open, the viewer draws those alone that are in sight,
    # and a browser's search finds no others.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
