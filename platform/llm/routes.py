"""Where a model is asked: of a name, what was chosen for the node, and what the instance has.

1. A credential that was chosen decides: its provider is asked, at its own address where it has one.
2. Without one, Ollama and servers of one's own are asked without a key.
3. Else the instance's server answers, where the operator set one (`TRELLIS_MODEL_BASE_URL`): with the
   model that the operator named, or with the name as it is.
4. Else there is an error that says what is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from credentials.hosts import NotAHost, clean
from credentials.values import Credentials
from llm.errors import ModelCredentialsMissing, ModelUnknown
from llm.instance import Instance
from llm.names import Named, resolve
from llm.providers import INSTANCE, PROVIDERS, Protocol

OLLAMA_HOST = "localhost:11434"
COMPATIBLE = "/v1"  # below it, Ollama speaks OpenAI's protocol

HeadersFor = Callable[[str], Mapping[str, str]]


def no_headers(url: str) -> Mapping[str, str]:
    """Return that nothing secret goes along."""
    return {}


@dataclass(frozen=True)
class Route:
    """Where to ask, for which model, and what goes along."""

    provider: str
    protocol: Protocol
    base_url: str
    model: str
    headers: HeadersFor = field(default=no_headers, repr=False)
    """The secret headers for an address."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not come back out of an answer."""
    is_instance: bool = False
    """Whether the address is the operator's, who may name one that is not on the public internet."""

    @property
    def place(self) -> str:
        """Return who is asked, for people."""
        if self.is_instance:
            return "this instance's model server"
        known = PROVIDERS[self.provider]
        return (
            known.title if known.base_url else f"{known.title} at {urlsplit(self.base_url).netloc}"
        )


def choose(
    name: str,
    *,
    chosen: Credentials | None,
    instance: Instance,
    ollama_host: str = OLLAMA_HOST,
    default: str = "",
) -> Route:
    """Return where the model of this name is asked; of the name "", the instance's `default`.

    Raises ModelUnknown, ModelCredentialsMissing or WrongHost.
    """
    named = resolve(name)
    if chosen is not None and named.model:
        return _with_credential(named, chosen, ollama_host)
    own = _of_instance(named, instance, default)
    if named.provider == "ollama" and (own is None or ollama_host.strip() != OLLAMA_HOST):
        base = _ollama(ollama_host)
        if own is not None and base == own.base_url:
            return own
        return Route("ollama", "openai", base, named.model)
    if own is None:
        raise missing(named)
    return own


def missing(named: Named) -> ModelUnknown | ModelCredentialsMissing:
    """Return why a model cannot be asked, and what to do."""
    setting = "an operator can set TRELLIS_MODEL_BASE_URL to a server that answers for all"
    if not named.model:
        return ModelUnknown(
            f"No model is named, and this instance has none. Name one, or {setting}."
        )
    if not named.provider:
        return ModelUnknown(
            f"Nobody here knows whose model {named.model[:100]!r} is. Choose a credential of its provider for"
            f" this node, write it as `provider:name` (such as `groq:{named.model[:100]}`), or {setting}."
        )
    title = PROVIDERS[named.provider].title
    return ModelCredentialsMissing(
        f"The model {named.model[:100]!r} is of {title}, and no credential of {title} was chosen. Choose one"
        f" (provider `{named.provider}`) in the node or for the run, choose another model, or {setting}."
    )


def _with_credential(named: Named, chosen: Credentials, ollama_host: str) -> Route:
    known = PROVIDERS.get(chosen.provider)
    if known is None:
        raise ModelUnknown(f"The credential {chosen.title!r} is of no service that has models.")
    base = known.base_url or chosen.base_url.rstrip("/")
    if chosen.provider == "ollama" and not base.endswith(COMPATIBLE):
        base = f"{base}{COMPATIBLE}" if base else _ollama(ollama_host)
    chosen.check(base)
    return Route(
        provider=chosen.provider,
        protocol=known.protocol,
        base_url=base,
        model=named.model,
        headers=chosen.headers_for,
        secrets=tuple(text for text in chosen.secrets() if text),
    )


def _of_instance(named: Named, instance: Instance, default: str) -> Route | None:
    if not instance.base_url:
        return None
    model = default or named.model
    if not model:
        return None
    key = instance.key.get_secret_value()
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    return Route(
        provider=INSTANCE,
        protocol="openai",
        base_url=instance.base_url,
        model=model,
        headers=lambda url: sent,
        secrets=(key,) if key else (),
        is_instance=True,
    )


def _ollama(host: str) -> str:
    """Return the address of an Ollama that somebody wrote as `host:port`, or as a URL."""
    text = host.strip().rstrip("/").removesuffix(COMPATIBLE) or OLLAMA_HOST
    scheme = "https" if text.startswith("https://") else "http"
    try:
        return f"{scheme}://{clean(text)}{COMPATIBLE}"
    except NotAHost:
        raise ModelUnknown(
            f"`ollama_host` is {host[:100]!r}, which is no host such as {OLLAMA_HOST}."
        ) from None
