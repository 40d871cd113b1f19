"""The weights in memory: the live version, read anew within a second of another being published."""

import threading
import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.domain.errors import Refused
from webapp.matching.weights import Weights
from webapp.observability.log import get_logger
from webapp.queries.weights import live_version, live_weights
from webapp.services.transaction import Begin

log = get_logger(__name__)

RECHECK_SECONDS = 1.0


class LiveWeights:
    """The one place that web and API take their weights from. Looks for another version at most once a second.

    Whoever finds that it is time to look does so, which is one small query; the others go on with what they have. Where
    the look fails, the weights that are held stay.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._weights: Weights | None = None
        self._checked_at = 0.0
        self._lock = threading.Lock()

    def current(self) -> Weights:
        """The live weights. The first call reads them, and raises where that fails."""
        held = self._weights
        if held is None:
            with self._lock, self._begin() as session:
                return self._read(session)
        if time.monotonic() - self._checked_at >= RECHECK_SECONDS and self._lock.acquire(blocking=False):
            try:
                return self._looked(held)
            finally:
                self._lock.release()
        return held

    def _looked(self, held: Weights) -> Weights:
        self._checked_at = time.monotonic()
        try:
            with self._begin() as session:
                return held if live_version(session) == held.version else self._read(session)
        except (SQLAlchemyError, Refused):
            log.exception("weights not looked at")
            return held

    def _read(self, session: Session) -> Weights:
        found = live_weights(session)
        self._weights, self._checked_at = found, time.monotonic()
        log.info("weights loaded", version=found.version)
        return found
