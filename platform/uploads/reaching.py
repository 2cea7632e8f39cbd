"""Say it in our words where the storage of files cannot be reached."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from uploads.errors import StorageUnavailable

# Of the libraries that speak to buckets: where there is no bucket, none of them is ever loaded.
LIBRARIES = frozenset({"botocore", "boto3", "s3transfer"})

logger = logging.getLogger("uploads")


@contextmanager
def reachable() -> Iterator[None]:
    """Raise StorageUnavailable where a bucket does not answer, or refuses."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in LIBRARIES:
            raise
        logger.error("The storage of files: %s", error, extra={"action": "storage_unavailable"})
        raise StorageUnavailable from error
