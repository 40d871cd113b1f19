"""Interests: the student's own words found in the name, topics and summary of a listing.

Rare words weigh more (the log of how few listings hold them). The three rarest of the student's words that the
catalogue knows make up full value, so that a long sentence is no harder to meet than a short one.
"""

import numpy as np

from webapp.matching.arrays import Rows
from webapp.matching.catalog import Catalog
from webapp.matching.context import Context
from webapp.matching.criteria.assessment import PRIOR, Assessment, unknown

FULL_TERMS = 3
THIN_KNOWN = 0.5
"""How much is known of a listing with a name but neither topics nor summary."""


def full_weight(catalog: Catalog, wanted: list[int]) -> float:
    """The weight that counts as a full match."""
    return float(np.sort(catalog.text.rarity[wanted])[-FULL_TERMS:].sum())


def assess(context: Context, rows: Rows) -> Assessment:
    """The weight of the shared words over that of a full match, at most 1."""
    catalog = context.catalog
    wanted = [wish.term for wish in context.wishes]
    described = catalog.described[rows]
    if not wanted:
        return unknown(len(described))
    weight = np.zeros(len(catalog))
    for term in wanted:
        weight[catalog.text.postings(term)] += catalog.text.rarity[term]
    value = np.minimum(1.0, weight[rows] / full_weight(catalog, wanted))
    return Assessment(
        point=np.where(described, value, np.maximum(value, PRIOR)),
        known=np.where(described, 1.0, THIN_KNOWN),
        low=value,
        high=np.where(described, value, 1.0),
    )
