"""Anthropic."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="anthropic",
    title="Anthropic",
    kinds=(Kind.API_KEY,),
    hosts=("api.anthropic.com",),
    help_url="https://console.anthropic.com/settings/keys",
    header=("x-api-key", "{secret}"),
)
