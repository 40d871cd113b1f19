"""What is published, as the engine takes it."""

from __future__ import annotations

from webapp.cli.runtime import open_runtime
from webapp.matching import Catalog
from webapp.queries.listing import current_version, listings_as_of


def published_catalog() -> Catalog:
    """The catalogue that the site ranks now."""
    with open_runtime() as runtime, runtime.begin() as session:
        version = current_version(session)
        return Catalog.from_listings(listings_as_of(session, version), version=str(version))
