"""What this app holds of people."""

from accounts.holdings import Holding, only, register
from blocks.openapi.models import Api, ApiOperation

register(
    Holding(
        Api,
        owner="owner",
        shape=only("id", "name", "version", "source", "created", "updated", "deleted_at"),
    ),
    Holding(
        ApiOperation,
        owner="api__owner",
        shape=only("id", "key", "definition", "since", "is_current"),
    ),
)
