"""What the environment says about language models that this instance offers to everybody."""

from urllib.parse import urlsplit

from config import env
from llm.settings import ModelSettings


def model_settings() -> ModelSettings:
    """Return the member MODELS of Django's settings."""
    base_url, key = env.text("TRELLIS_MODEL_BASE_URL"), env.secret("TRELLIS_MODEL_KEY")
    _check(base_url)
    if key and not base_url:
        raise env.ConfigurationError(
            "TRELLIS_MODEL_KEY is set, but TRELLIS_MODEL_BASE_URL does not say for which server. Set both."
        )
    return {
        "base_url": base_url.rstrip("/"),
        "key": key,
        "model": env.text("TRELLIS_MODEL"),
        "embedding_model": env.text("TRELLIS_EMBEDDING_MODEL"),
        "seconds": env.integer("MODEL_TIMEOUT_SECONDS", 600, least=1),
    }


def _check(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if base_url and (not fine or "@" in parts.netloc or parts.query or parts.fragment):
        raise env.ConfigurationError(
            f"TRELLIS_MODEL_BASE_URL={base_url!r} is no address of a model server. Use one such as"
            " http://localhost:11434/v1, with a key in TRELLIS_MODEL_KEY."
        )
