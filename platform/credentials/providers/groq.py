"""Groq."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="groq",
    title="Groq",
    kinds=(Kind.API_KEY,),
    hosts=("api.groq.com",),
    help_url="https://console.groq.com/keys",
)
