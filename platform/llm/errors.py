"""Why a model gave no answer.

ModelError
├── ModelUnknown             nobody knows whose the model is
├── ModelCredentialsMissing  its provider wants a key, and none was chosen
├── ModelCredentialsRefused  its provider does not take the key
├── ModelNotFound            its provider has no such model
├── ModelRefused             the request is not one that it answers
├── ModelPromptTooLong       more was asked than it can read
├── ModelQuotaUsedUp         the account has nothing left
├── ModelRateLimited         too much was asked in a short time; it passes
├── ModelOverloaded          the provider cannot answer now; it passes
└── ModelAnswerUnreadable    what came is no answer
"""

from typing import ClassVar

from kernel.errors import TrellisError


class ModelError(TrellisError):
    """The model gave no answer."""

    code = "model_failed"
    status = 502
    may_pass: ClassVar[bool] = False
    """Whether trying again can help."""

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnknown(ModelError):
    """Nobody knows whose model this is."""

    code = "model_unknown"
    status = 422


class ModelCredentialsMissing(ModelError):
    """The model's provider wants a key, and none was chosen."""

    code = "model_credentials_missing"
    status = 422


class ModelCredentialsRefused(ModelError):
    """The model's provider does not take the key."""

    code = "model_credentials_refused"


class ModelNotFound(ModelError):
    """The provider has no such model."""

    code = "model_not_found"


class ModelRefused(ModelError):
    """The model does not answer such a request."""

    code = "model_refused"


class ModelPromptTooLong(ModelError):
    """More was asked than the model can read."""

    code = "model_prompt_too_long"


class ModelQuotaUsedUp(ModelError):
    """The account at the provider has nothing left."""

    code = "model_quota_used_up"


class ModelRateLimited(ModelError):
    """Too much was asked of the provider in a short time."""

    code = "model_rate_limited"
    may_pass = True


class ModelOverloaded(ModelError):
    """The provider cannot answer just now."""

    code = "model_overloaded"
    may_pass = True


class ModelAnswerUnreadable(ModelError):
    """What came is no answer of a model."""

    code = "model_answer_unreadable"
