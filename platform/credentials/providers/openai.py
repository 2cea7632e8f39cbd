"""OpenAI."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="openai",
    title="OpenAI",
    kinds=(Kind.API_KEY,),
    hosts=("api.openai.com",),
    help_url="https://platform.openai.com/api-keys",
)
