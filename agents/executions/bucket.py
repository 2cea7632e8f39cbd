"""Files of runs in a bucket that speaks S3: ``<prefix>/runs/<run>/<name>``.

A bucket has no folders, and asking it takes a trip each time. So what is asked of many runs is asked
of some at once. Files are named for their content: to write one again changes nothing.
"""

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.storage import Storage

from accounts.holdings import Opener
from uploads.errors import StorageUnavailable
from uploads.reaching import reachable

AT_ONCE = 16
MOST_DELETED = 1000  # that one request deletes
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
Answer = TypeVar("Answer")

logger = logging.getLogger("agents.executions")


class Bucket:
    """What one prefix of a bucket holds. Satisfies ``RunPlace``."""

    def __init__(self, storage: Storage) -> None:
        bucket: Any = storage.bucket  # type: ignore[attr-defined]
        self.name: str = bucket.name
        self.client: Any = bucket.meta.client  # unlike what boto3 calls resources, for any thread
        self.prefix = f"{storage.location.strip('/')}/"  # type: ignore[attr-defined]

    def read(self, run: UUID, name: str) -> bytes | None:
        found = self._ask("get_object", Key=self._key(run, name))
        if found is None:
            return None
        with reachable():
            content: bytes = found["Body"].read()
        return content

    def size(self, run: UUID, name: str) -> int | None:
        found = self._ask("head_object", Key=self._key(run, name))
        return None if found is None else int(found["ContentLength"])

    def write(self, run: UUID, name: str, content: bytes) -> None:
        self._ask("put_object", Key=self._key(run, name), Body=content)

    def each(self, run: UUID) -> Iterator[tuple[str, Opener]]:
        for one in self._objects(f"{run}/"):
            name = one["Key"].rpartition("/")[2]
            yield name, partial(self._open, run, name)

    def totals(self, runs: Sequence[UUID]) -> list[int]:
        return _at_once(self._total, runs)

    def discard(self, runs: Iterable[UUID]) -> int:
        return sum(_at_once(self._discard, list(runs)))

    def runs(self) -> Iterator[tuple[UUID, datetime]]:
        for text, objects in groupby(self._objects(""), key=self._run_of):
            try:
                run = UUID(text)
            except ValueError:  # not ours
                continue
            yield run, max(one["LastModified"] for one in objects)

    def share(self, source: UUID, target: UUID) -> None:
        for one in self._objects(f"{source}/"):
            name = one["Key"].rpartition("/")[2]
            copied = {"Bucket": self.name, "Key": one["Key"]}
            self._ask("copy_object", Key=self._key(target, name), CopySource=copied)

    def check(self) -> None:
        """Raise StorageUnavailable where the bucket cannot be asked."""
        self._ask("list_objects_v2", Prefix=self.prefix, MaxKeys=1)

    def _key(self, run: UUID, name: str) -> str:
        return f"{self.prefix}{run}/{name}"

    def _run_of(self, one: Mapping[str, Any]) -> str:
        return str(one["Key"]).removeprefix(self.prefix).partition("/")[0]

    def _open(self, run: UUID, name: str) -> io.BytesIO:
        found = self.read(run, name)
        if found is None:
            raise FileNotFoundError(name)
        return io.BytesIO(found)

    def _total(self, run: UUID) -> int:
        return sum(one["Size"] for one in self._objects(f"{run}/"))

    def _discard(self, run: UUID) -> bool:
        """Remove the run's files. False: there were none, or not now; the next purge finds them."""
        try:
            keys = [{"Key": one["Key"]} for one in self._objects(f"{run}/")]
            for start in range(0, len(keys), MOST_DELETED):
                some = keys[start : start + MOST_DELETED]
                self._ask("delete_objects", Delete={"Objects": some, "Quiet": True})
        except StorageUnavailable:
            logger.error("The files of run %s stay for now.", run, extra={"execution_id": str(run)})
            return False
        return bool(keys)

    def _objects(self, below: str) -> Iterator[Mapping[str, Any]]:
        """Yield what there is below a name, by name."""
        more: dict[str, str] = {}
        while True:
            page = self._ask("list_objects_v2", Prefix=self.prefix + below, **more) or {}
            yield from page.get("Contents", ())
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _ask(self, operation: str, **arguments: Any) -> Any:
        """Return the bucket's answer, None where there is no such thing. Raises StorageUnavailable."""
        from botocore.exceptions import ClientError

        with reachable():
            try:
                return getattr(self.client, operation)(Bucket=self.name, **arguments)
            except ClientError as error:
                is_one = "Key" in arguments  # a bucket that is missing is another matter
                if is_one and error.response.get("Error", {}).get("Code") in MISSING:
                    return None
                raise


def _at_once(ask: Callable[[UUID], Answer], runs: Sequence[UUID]) -> list[Answer]:
    """Return the answers, some runs at a time; after an error no more are asked."""
    if len(runs) < 2:
        return [ask(run) for run in runs]
    pool = ThreadPoolExecutor(min(AT_ONCE, len(runs)), thread_name_prefix="bucket")
    try:
        return list(pool.map(ask, runs))
    finally:
        pool.shutdown(cancel_futures=True)
