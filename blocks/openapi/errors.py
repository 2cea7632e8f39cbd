"""What can be wrong with an API that somebody imports."""

from kernel.errors import Conflict, NotFound, TrellisError


class InvalidApi(TrellisError):
    """This is no OpenAPI document that blocks can be made of."""

    code = "invalid_api"


class ApiTooLarge(TrellisError):
    """The document is larger than an API may be here."""

    code = "api_too_large"
    status = 413


class ApiUnreachable(TrellisError):
    """The document cannot be fetched."""

    code = "api_unreachable"
    status = 422


class ApiNameTaken(Conflict):
    """You have another API of this name."""

    code = "api_name_taken"


class TooManyApis(Conflict):
    """You have as many APIs as there may be."""

    code = "too_many_apis"


class ApiNotFound(NotFound):
    """There is no such API, or it is not yours."""

    code = "api_not_found"
