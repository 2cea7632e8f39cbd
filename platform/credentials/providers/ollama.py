"""Ollama, on a machine of one's own: mostly without a key."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="ollama",
    title="Ollama",
    kinds=(Kind.API_KEY,),
    help_url="https://docs.ollama.com/",
    base_url="http://localhost:11434",
    keyless=True,
)
