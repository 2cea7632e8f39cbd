"""The rates of single users and keys, as this process knows them.

Staff give them to few, so a process keeps them all and reads them again now and then: no request
costs a query for them, and a changed one holds within ``AGE`` seconds everywhere.
"""

import logging
import time
from collections.abc import Mapping
from threading import Lock

from django.db import DatabaseError

from quotas.models import OwnRate
from quotas.policy import Kind, Rate, Who

AGE = 15.0  # seconds

OwnRates = Mapping[tuple[Who, str, Kind], Rate]

logger = logging.getLogger(__name__)


class Known:
    """What was read last, and when."""

    def __init__(self) -> None:
        self._rates: OwnRates = {}
        self._stale_at = float("-inf")
        self._reading = Lock()

    def rates(self) -> OwnRates:
        """Return the rates, read again where they are older than ``AGE`` seconds.

        One request reads; others go on with what is known. They must not wait for it: they hold
        connections to the database, and it may have to wait for one.
        """
        if time.monotonic() >= self._stale_at and self._reading.acquire(blocking=False):
            try:
                self._rates = _read()
            except DatabaseError as error:  # whatever this request wants will say so itself
                logger.warning("The rates of single users and keys cannot be read: %s", error)
            finally:
                self._stale_at = time.monotonic() + AGE
                self._reading.release()
        return self._rates

    def forget(self) -> None:
        """Read them again at the next request of this process."""
        self._stale_at = float("-inf")


def _read() -> OwnRates:
    rows = OwnRate.objects.all()
    return {(one.who, one.subject, Kind(one.kind)): one.parsed for one in rows}


known = Known()
