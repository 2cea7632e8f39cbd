"""Jina."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="jina",
    title="Jina",
    kinds=(Kind.API_KEY,),
    hosts=("api.jina.ai", "r.jina.ai", "s.jina.ai", "deepsearch.jina.ai"),
    help_url="https://jina.ai/api-dashboard",
)
