"""Interests: what the student asks for in their own words, found in the name, topics and summary of a listing.

Words that mean a topic of the table stand for it, under whatever words a listing has it; a topic near it counts for as
much as it is near. Other words are held against the listing's words. What is rare weighs more (the log of how few
listings mention it). The three weightiest things the student asks for make up full value, so that a long sentence is no
harder to meet than a short one.
"""

import numpy as np

from webapp.matching.arrays import Floats, Rows
from webapp.matching.assessment import PRIOR, Assessment, unknown
from webapp.matching.context import Context

TELLING = 2.5
"""The weight from which words that mean no topic are taken at their word. With less, as where half the listings hold
them, the value stays nearer to that of the unknown."""
THIN_KNOWN = 0.5
"""How much is known of a listing with a name but neither topics nor summary."""


def assess(context: Context, rows: Rows) -> Assessment:
    """The weight of what is found over that of a full match, at most 1."""
    described = context.catalog.described[rows]
    if not context.wishes:
        return unknown(len(described))
    shared = context.kept.get("interests")
    if shared is None:
        shared = context.kept["interests"] = _shared(context)
    value = shared[context.catalog.document[rows]]
    return Assessment(
        np.where(described, value, np.maximum(value, PRIOR)),
        lambda at: np.where(described[at], 1.0, THIN_KNOWN),
        lambda at: value[at],
        lambda at: np.where(described[at], value[at], 1.0),
    )


def _shared(context: Context) -> Floats:
    """For each text of the catalogue the weight of what it shares with the student, as a share of a full match."""
    catalog, full = context.catalog, context.full_match
    by_matter = np.zeros(len(catalog.matters.held))
    for wish in context.wishes:
        if wish.topical:
            by_matter += wish.weight / full * catalog.matters.about(wish.number)
    shared: Floats = by_matter.take(catalog.matters.of_text)
    for wish in context.wishes:
        if not wish.topical:
            shared[catalog.text.postings(wish.number)] += wish.weight / full
    return value_of(context, shared)


def value_of(context: Context, shared: Floats) -> Floats:
    """The value of what is shared, as a share of a full match: at most 1, and moved less by words that tell little."""
    told = told_by(context)
    value: Floats = PRIOR * (1 - told) + told * np.minimum(1.0, shared)
    return value


def told_by(context: Context) -> float:
    """How much the words tell of what the student wants, 0..1: a topic tells all, other words by their weight."""
    return 1.0 if context.topical else min(1.0, context.full_match / TELLING) ** 2
