"""What is published, as the engine takes it."""

from __future__ import annotations

from webapp.cli.runtime import open_runtime
from webapp.matching import Catalog
from webapp.queries.listing import catalog_of, current_version


def published_catalog() -> Catalog:
    """The catalogue that the site ranks now."""
    with open_runtime() as runtime, runtime.begin() as session:
        version = current_version(session)
        return catalog_of(session, version)
