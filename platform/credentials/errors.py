"""Why credentials cannot be kept, used or connected."""

from kernel.errors import Conflict, NotFound, TrellisError


class UnknownProvider(NotFound):
    """There is no such provider."""

    code = "unknown_provider"


class InvalidCredentials(TrellisError):
    """These are not credentials that the provider takes. Every problem is listed by field."""

    code = "invalid_credentials"


class CredentialTitleTaken(Conflict):
    """You have a credential of this provider with this title. Choose another title."""

    code = "credential_title_taken"


class TooManyCredentials(Conflict):
    """You have as many credentials as one person may have. Delete some first."""

    code = "too_many_credentials"


class CredentialInUse(Conflict):
    """Agents name this credential, and would have to be given another one."""

    code = "credential_in_use"


class CredentialGone(NotFound):
    """The credential was deleted, or it is not yours. Choose another one."""

    code = "credentials_gone"


class CredentialExpired(TrellisError):
    """The credential has expired. Put a new secret into it, or choose another one."""

    code = "credentials_expired"
    status = 409


class ReconnectNeeded(TrellisError):
    """The provider no longer accepts this connection. Connect it again."""

    code = "credentials_reconnect"
    status = 409


class CredentialUnreadable(TrellisError):
    """This instance has no key that opens the credential."""

    code = "credentials_unreadable"
    status = 500


class ProviderNotSetUp(TrellisError):
    """This instance is not registered with the provider, so nobody can connect to it."""

    code = "provider_not_set_up"
    status = 409


class InvalidOAuthState(TrellisError):
    """This answer belongs to no connection that you began here. Begin again."""

    code = "oauth_state_invalid"


class OAuthRefused(TrellisError):
    """The provider refused."""

    code = "oauth_refused"
    status = 409


class ProviderUnavailable(TrellisError):
    """The provider did not answer as it should. Try again in a moment."""

    code = "provider_unavailable"
    status = 503
