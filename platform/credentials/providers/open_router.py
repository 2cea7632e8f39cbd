"""OpenRouter."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="open_router",
    title="OpenRouter",
    kinds=(Kind.API_KEY,),
    hosts=("openrouter.ai",),
    help_url="https://openrouter.ai/settings/keys",
)
