"""Sign-in by other sites' accounts: which are set up, as allauth wants to be told."""

from typing import Any
from urllib.parse import urlsplit

from config import env

OIDC_ID = "oidc"


def _app(id: str, secret: str, **more: Any) -> dict[str, Any]:
    return {"client_id": id, "secret": secret, "key": "", **more}


def identity_providers() -> dict[str, dict[str, Any]]:
    """Return allauth's ``SOCIALACCOUNT_PROVIDERS``: those whose client id is set."""
    found: dict[str, dict[str, Any]] = {}
    if github := env.text("GITHUB_CLIENT_ID"):
        found["github"] = {
            "APPS": [_app(github, env.secret("GITHUB_CLIENT_SECRET"))],
            "SCOPE": ["user:email"],
        }
    if google := env.text("GOOGLE_CLIENT_ID"):
        found["google"] = {
            "APPS": [_app(google, env.secret("GOOGLE_CLIENT_SECRET"))],
            "SCOPE": ["profile", "email"],
            "OAUTH_PKCE_ENABLED": True,
        }
    if oidc := env.text("OIDC_CLIENT_ID"):
        server = env.text("OIDC_SERVER_URL")
        if not urlsplit(server).hostname:
            raise env.ConfigurationError(
                "OIDC_CLIENT_ID is set, but OIDC_SERVER_URL names no server. Use the issuer's "
                "address, such as https://login.example.org."
            )
        app = _app(
            oidc,
            env.secret("OIDC_CLIENT_SECRET"),
            provider_id=OIDC_ID,
            name=env.text("OIDC_NAME", "Single sign-on"),
            settings={"server_url": server},
        )
        found["openid_connect"] = {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
    return found


def provider_apps(providers: dict[str, dict[str, Any]]) -> list[str]:
    """Return the Django applications of the providers."""
    return [f"allauth.socialaccount.providers.{name}" for name in providers]
