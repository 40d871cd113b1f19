"""The catalogue in memory: built once for each version, replaced without a pause when a new version is published."""

import threading
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from webapp.matching.catalog import Catalog
from webapp.observability.log import get_logger
from webapp.observability.metrics import CATALOG_VERSION
from webapp.queries.listing import catalog_of, current_version
from webapp.services.transaction import Begin

log = get_logger(__name__)

RECHECK_SECONDS = 1.0
PATIENCE_SECONDS = 0.25
"""How long the one request that finds a new version waits: enough for a small catalogue, no pause for a large one."""


class Snapshot:
    """The current `Catalog`. Looks for a newer version at most once a second; readers go on with the one they have.

    `version_of` and `load` say which version is the newest and build its catalogue.
    """

    def __init__(
        self,
        begin: Begin,
        *,
        version_of: Callable[[Session], int] = current_version,
        load: Callable[[Session, int], Catalog] = catalog_of,
    ) -> None:
        self._begin, self._version_of, self._load = begin, version_of, load
        self._catalog: Catalog | None = None
        self._version = -1
        self._checked_at = 0.0
        self._lock = threading.Lock()

    def current(self) -> Catalog:
        """The newest catalogue this process has. The first call builds it; later ones look for changes."""
        catalog = self._catalog
        if catalog is None:
            with self._lock:
                catalog = self._catalog  # an empty catalogue is one too, and false
                return self._rebuilt() if catalog is None else catalog
        if time.monotonic() - self._checked_at >= RECHECK_SECONDS and self._lock.acquire(blocking=False):
            self._look()
            return catalog if self._catalog is None else self._catalog
        return catalog

    def _look(self) -> None:
        """Look for a newer version and have it built beside the readers. Called with the lock, which is let go of."""
        builder = threading.Thread(target=self._rebuild, name="catalogue", daemon=True)
        handed_over = False
        try:
            self._checked_at = time.monotonic()
            with self._begin() as session:
                newer = self._version_of(session) != self._version
            if newer:
                builder.start()
                handed_over = True
        finally:
            if not handed_over:
                self._lock.release()
        if handed_over:
            builder.join(PATIENCE_SECONDS)

    def _rebuild(self) -> None:
        try:
            self._rebuilt()
        except Exception:  # a thread has nobody to raise to; the old catalogue stays, and the next look tries again
            log.exception("catalogue not loaded")
        finally:
            self._lock.release()

    def _rebuilt(self) -> Catalog:
        started = time.monotonic()
        with self._begin() as session:
            version = self._version_of(session)
            catalog = self._load(session, version)
        self._catalog, self._version, self._checked_at = catalog, version, time.monotonic()
        CATALOG_VERSION.set(version)
        log.info("catalogue loaded", version=version, seconds=round(time.monotonic() - started, 3))
        return catalog
