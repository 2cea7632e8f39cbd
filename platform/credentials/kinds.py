"""The kinds of credentials, under the names that the AutoGPT Platform has for them."""

from enum import StrEnum


class Kind(StrEnum):
    """What somebody shows to a provider."""

    API_KEY = "api_key"
    OAUTH2 = "oauth2"
    USER_PASSWORD = "user_password"  # noqa: S105 - a name
    HOST_SCOPED = "host_scoped"
