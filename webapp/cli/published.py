"""What is published, as the engine takes it, and the weights that are live."""

from __future__ import annotations

from webapp.cli.runtime import open_runtime
from webapp.matching import Catalog, Weights
from webapp.queries.listing import catalog_of, current_version
from webapp.queries.weights import live_weights


def published() -> tuple[Catalog, Weights]:
    """The catalogue that the site ranks now, and the weights that it ranks with."""
    with open_runtime() as runtime, runtime.begin() as session:
        version = current_version(session)
        return catalog_of(session, version), live_weights(session)
