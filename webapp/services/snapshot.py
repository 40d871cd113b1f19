"""The catalogue in memory: built once for each version, replaced without a pause when a new version is published."""

import threading
import time

from webapp.matching.catalog import Catalog
from webapp.observability.log import get_logger
from webapp.observability.metrics import CATALOG_VERSION
from webapp.queries.listing import current_version, listings_as_of
from webapp.services.transaction import Begin

log = get_logger(__name__)

RECHECK_SECONDS = 1.0


class Snapshot:
    """The current `Catalog`. Looks for a newer version at most once a second; readers never wait for a rebuild."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._catalog: Catalog | None = None
        self._version = -1
        self._checked_at = 0.0
        self._lock = threading.Lock()

    def current(self) -> Catalog:
        """The newest catalogue this process has. The first call builds it; later ones look for changes."""
        catalog = self._catalog
        if catalog is not None and time.monotonic() - self._checked_at < RECHECK_SECONDS:
            return catalog
        # One thread looks and rebuilds; the others go on with the catalogue they have.
        if self._lock.acquire(blocking=catalog is None):
            try:
                return self._refresh()
            finally:
                self._lock.release()
        return self._catalog or self.current()

    def _refresh(self) -> Catalog:
        with self._begin() as session:
            version = current_version(session)
            if self._catalog is None or version != self._version:
                started = time.monotonic()
                self._catalog = Catalog.from_listings(listings_as_of(session, version), version=str(version))
                self._version = version
                CATALOG_VERSION.set(version)
                log.info("catalogue loaded", version=version, seconds=round(time.monotonic() - started, 3))
        self._checked_at = time.monotonic()
        return self._catalog
