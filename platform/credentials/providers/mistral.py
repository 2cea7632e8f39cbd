"""Mistral."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="mistral",
    title="Mistral",
    kinds=(Kind.API_KEY,),
    hosts=("api.mistral.ai",),
    help_url="https://console.mistral.ai/api-keys",
)
