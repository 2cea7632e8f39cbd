"""Any server that speaks OpenAI's protocol."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="openai_compatible",
    title="OpenAI-compatible server",
    kinds=(Kind.API_KEY,),
    base_url="http://localhost:8000/v1",
    keyless=True,
)
