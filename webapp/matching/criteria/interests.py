"""Interests: the student's own words found in the name, topics and summary of a listing.

Rare words weigh more (the log of how few listings hold them). The three rarest of the student's words that the
catalogue knows make up full value, so that a long sentence is no harder to meet than a short one.
"""

import numpy as np

from webapp.matching.arrays import Floats, Rows
from webapp.matching.catalog import Catalog
from webapp.matching.context import Context
from webapp.matching.criteria.assessment import PRIOR, Assessment, unknown

FULL_TERMS = 3
THIN_KNOWN = 0.5
"""How much is known of a listing with a name but neither topics nor summary."""


def assess(context: Context, rows: Rows) -> Assessment:
    """The weight of the shared words over that of a full match, at most 1."""
    catalog = context.catalog
    wanted = [wish.term for wish in context.wishes]
    described = catalog.described[rows]
    if not wanted:
        return unknown(len(described))
    shared = context.kept.get("interests")
    if shared is None:
        shared = context.kept["interests"] = _shared(catalog, wanted)
    value = shared[catalog.document[rows]]
    return Assessment(
        np.where(described, value, np.maximum(value, PRIOR)),
        lambda: np.where(described, 1.0, THIN_KNOWN),
        value,
        lambda: np.where(described, value, 1.0),
    )


def _shared(catalog: Catalog, wanted: list[int]) -> Floats:
    """For each text of the catalogue the weight of the shared words, as a share of a full match."""
    weight = np.zeros(catalog.text.count)
    for term in wanted:
        weight[catalog.text.postings(term)] += catalog.text.rarity[term]
    full = float(np.sort(catalog.text.rarity[wanted])[-FULL_TERMS:].sum())
    return np.minimum(1.0, weight / full)
