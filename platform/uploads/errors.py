"""Refusals."""

from kernel.errors import NotFound, TrellisError


class FileMissing(TrellisError):
    """The request carries no file. Send one as the part `file` of a form (multipart/form-data)."""

    code = "file_missing"


class FileTooLarge(TrellisError):
    """The file is larger than a file may be."""

    code = "file_too_large"
    status = 413


class FileNotFound(NotFound):
    """You have no such file: it was deleted, or it is somebody else's."""


class StorageUnavailable(TrellisError):
    """The storage of files does not answer, or refuses. Try again later."""

    code = "storage_unavailable"
    status = 503
