"""Brave Search."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="brave",
    title="Brave Search",
    kinds=(Kind.API_KEY,),
    hosts=("api.search.brave.com",),
    help_url="https://api-dashboard.search.brave.com/app/keys",
    header=("X-Subscription-Token", "{secret}"),
)
