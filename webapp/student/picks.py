"""One-click changes offered on the list, turned into answers: what a near miss, an easing or a new limit would write.

The page names the change; what it comes to is worked out here anew, so that nothing of it can be made up.
"""

import math
from collections.abc import Mapping
from typing import Any

from webapp.domain.listing import Listing
from webapp.domain.profile import Priority, Profile
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import Ranking
from webapp.student.cards import find_listing
from webapp.student.forms.practicalities import RADIUS_WORDS, START_WORDS
from webapp.student.results_page import eased

Changes = Mapping[str, Mapping[str, Any]]


def changes_of(pick: str, ranking: Ranking, profile: Profile, catalog: Catalog) -> Changes:
    """What a pick changes, {step: {field: value}}; empty where it is no longer on offer.

    A pick is `near <path>` (a near miss of this ranking), `ease <rule>` (a limit that becomes a wish) or
    `below <program>` (a limit just below the price of this program) and `shorter <program>`.
    """
    kind, _, what = pick.partition(" ")
    if kind == "near":
        miss = next((miss for miss in ranking.near_misses if miss.path == what), None)
        return {} if miss is None else _moved(miss.path, miss.after)
    if kind == "ease":
        return eased(what) if what in ranking.excluded else {}
    listing = find_listing(catalog, what)
    if listing is None:
        return {}
    return {"below": below, "shorter": shorter}[kind](listing, profile) if kind in ("below", "shorter") else {}


def below(listing: Listing, profile: Profile) -> Changes:
    """A budget, as a limit, under the price of this program; empty where its price is not known or is nothing."""
    cents = listing.tuition_total_cents
    if not cents:
        return {}
    dollars = (cents - 1) // 100
    limit = profile.practical.budget_cents
    kept = limit is not None and limit < cents
    budget = {} if kept else {"practicalities": {"budget_usd": f"{dollars:,}"}}
    return {**budget, "priorities": {"cost": Priority.MUST.value}}


def shorter(listing: Listing, profile: Profile) -> Changes:
    """A time to finish, as a limit, under the length of this program; empty where that is not known."""
    if listing.months is None or listing.months <= 1:
        return {}
    limit = profile.practical.months_max
    kept = limit is not None and limit < listing.months
    months = {} if kept else {"practicalities": {"months_max": str(math.ceil(listing.months) - 1)}}
    return {**months, "priorities": {"duration": Priority.MUST.value}}


def _moved(path: str, value: Any) -> Changes:
    """A near miss as the form would write it: distances and waits in the steps it offers, the next larger one."""
    key = path.split(".")[1]
    if key in ("radius_km", "start_within_months"):
        offered = RADIUS_WORDS if key == "radius_km" else START_WORDS
        return {"practicalities": {key: next((each for each in offered if float(each) >= value), "")}}
    if key == "credentials":
        return {"goal": {key: list(value)}}
    if key == "modalities":
        return {"practicalities": {key: list(value)}}
    if key == "budget_usd":
        return {"practicalities": {key: f"{math.ceil(value):,}"}}
    if key == "months_max":
        return {"practicalities": {key: str(math.ceil(value))}}
    return {"practicalities": {key: "" if value is None else f"{value:g}"}}
