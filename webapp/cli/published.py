"""What is published, as the engine takes it."""

from __future__ import annotations

from webapp.cli.runtime import open_runtime
from webapp.matching import Catalog
from webapp.queries.listing import current_version, published_listings


def published_catalog() -> Catalog:
    """The catalogue that the site ranks now."""
    with open_runtime() as runtime, runtime.begin() as session:
        return Catalog.from_listings(published_listings(session), version=str(current_version(session)))
