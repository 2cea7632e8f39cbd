"""The identity provider whose tokens are believed, if there is one."""

from accounts.issuers import Issuer
from config import env


def external_issuer() -> Issuer | None:
    """Return the issuer that the environment names. Raises IssuerNotUsable."""
    name = env.text("EXTERNAL_JWT_ISSUER")
    if not name:
        return None
    return Issuer(
        name=name,
        audience=env.text("EXTERNAL_JWT_AUDIENCE"),
        algorithms=tuple(env.words("EXTERNAL_JWT_ALGORITHMS", ("RS256",))),
        secret=env.secret("EXTERNAL_JWT_SECRET"),
        public_key=env.secret("EXTERNAL_JWT_PUBLIC_KEY"),
        jwks_url=env.text("EXTERNAL_JWT_JWKS_URL"),
        leeway=env.integer("EXTERNAL_JWT_LEEWAY_SECONDS", 30, least=0),
        admin_role=env.text("EXTERNAL_JWT_ADMIN_ROLE"),
    )
